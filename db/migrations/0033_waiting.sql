-- What waits for a controller: attempts to record that a bank kept more of a payment than the usual. Few of all that is kept.
create index acts_above_charge_limit on acts (fund_id) where outcome = 'charge_above_limit';
