/** The words about the faster lanes, in English: why a request is in a hurry, advances, and what must come back. */
export const lanesInEn = {
  lanesSay: {
    standard: 'Standard: every step before money moves',
    rapid: 'Rapid: the same steps, in less time. For a crisis',
    no_regret: 'No-regret: one fund manager lets the money move, and the full row ratifies it afterwards. For a crisis',
  },
  laneReason: 'Why it cannot wait',
  laneReasonHint: 'What happened, and where. Needed in the rapid and the no-regret lane.',

  advance: {
    title: 'No-regret advance',
    says: {
      draft: 'Once it is submitted, one fund manager can let the money move.',
      asked:
        'One fund manager’s decision lets the money move. It is then ratified by everybody else within {hours} hours.',
      active:
        '{by} let the money move on {at}. Whoever is missing has to ratify it by {until}. Otherwise what is unpaid is cancelled, and what was paid must come back.',
      overdue:
        'The time for ratification ended on {until}. What is unpaid is cancelled, and what was paid must come back.',
      ratified: 'Ratified on {at}: from then on it is a request like every other.',
      unwound: 'Unwound on {at}: what was unpaid is cancelled.',
      ended: 'It ended before money was let move.',
    },
    causes: {
      approved: '',
      rejected: 'It was rejected: {reason}',
      overdue: 'It was not ratified in time.',
    },
    ceiling: 'Ceiling of the process, over all its requests',
    open: 'Asked for or not ratified yet',
    left: 'Left under the ceiling',
    letMove: 'lets the money move',
    ratifies: 'ratifies',
    decideTitle: 'Ratify as {role}',
    decideHint: 'Rejecting unwinds it: what is unpaid is cancelled, and what was paid must come back.',
  },
  recovery: {
    title: 'What must come back',
    caption: 'Recovery from {payee}, in {currency}',
    due: 'To be paid back by {payee}',
    received: 'Came back',
    writtenOff: 'Given up',
    outstanding: 'Still to come back',
    onItsWay: 'On its way through the bank: settled it must come back, returned it is cancelled',
    whenReceived: 'Received {amount} on {day}, {reference}',
    whenWrittenOff: 'Given up {amount} on {day}: {reason}',
    record: {
      title: 'Record what came back',
      says: '{amount} is still to come back from {payee}.',
      receivedOn: 'Value date on the statement',
      bankAccount: 'Arrived on',
      received: 'Amount as the bank booked it, in the currency of that account',
      reference: 'Reference on the statement',
      button: 'Record money from {payee}',
    },
    giveUp: {
      title: 'Propose to give up what will not come back',
      says: 'A director decides, or above the limit the head of department.',
      amount: 'Amount in {currency}',
      writtenOffOn: 'On',
      reason: 'Reason',
      button: 'Propose to give it up',
    },
    list: {
      title: 'Money to be recovered',
      caption: 'What payees have to pay back, in {currency}',
      request: 'Request',
      payee: 'Payee',
      due: 'To be paid back',
      empty: 'Nothing is to be recovered.',
      link: 'Money to be recovered',
    },
  },
}
