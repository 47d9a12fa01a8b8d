/**
 * Every way in which the service says no. A code is never reused or renamed; each is listed in the README and provoked by
 * a test. `en` and `ar` say what is wrong and what to do about it, to the person who asked.
 */
export const REFUSALS = {
  invalid_request: no(
    400,
    'Some of what was sent is missing or not of the right form. See "errors" for each field.',
    'بعض ما أُرسل ناقص أو ليس بالصيغة الصحيحة. انظر "errors" لكل حقل.',
  ),
  malformed_json: no(
    400,
    'The body is not valid JSON. Check it and send it again.',
    'نص الطلب ليس JSON صالحاً. راجعه وأرسله مرة أخرى.',
  ),
  body_too_large: no(
    413,
    'The body is larger than is accepted here. Send less at a time.',
    'نص الطلب أكبر من المسموح به. أرسل أقل في كل مرة.',
  ),
  unreadable_file: no(
    422,
    'The file cannot be read as the CSV that is expected. Check its encoding (UTF-8) and its heading line.',
    'تعذرت قراءة الملف بصيغة CSV المتوقعة. تحقق من الترميز (UTF-8) ومن سطر العناوين.',
  ),
  unreadable_xml: no(
    422,
    'The file cannot be read as the XML message that is expected. The line and the reason say where and why.',
    'تعذرت قراءة الملف كرسالة XML المتوقعة. يبيّن السطر والسبب أين ولماذا.',
  ),
  statement_unreadable: no(
    422,
    'The file cannot be read as a statement of the bank (camt.053 version 8 or 2, or the CSV). See "reason" and "line".',
    'تعذرت قراءة الملف ككشف حساب من البنك (camt.053 بالإصدار 8 أو 2، أو CSV). انظر "reason" و"line".',
  ),
  statement_does_not_foot: no(
    422,
    'The statement contradicts itself, so nothing of the file was taken. See "differences" for each figure. Ask the bank for it again.',
    'الكشف يناقض نفسه، فلم يؤخذ شيء من الملف. انظر "differences" لكل رقم. اطلبه من البنك مرة أخرى.',
  ),
  statement_account_unknown: no(
    422,
    'The statement is of an account that is not known here. Say first where which bank account is kept.',
    'الكشف لحساب غير معروف هنا. بيّن أولاً أين يُحفظ أي حساب مصرفي.',
  ),
  statement_of_another_account: no(
    422,
    'The statement is of another account than the one that you chose.',
    'الكشف لحساب آخر غير الذي اخترته.',
  ),
  statement_contradicted: no(
    409,
    'Another statement says something else about the same. Nothing of the file was taken. See "why", and ask the bank which is right.',
    'كشف آخر يقول شيئاً مختلفاً عن الأمر نفسه. لم يؤخذ شيء من الملف. انظر "why" واسأل البنك أيهما الصحيح.',
  ),
  entry_matched_already: no(
    409,
    'This entry of the statement stands in the books already. Nothing is booked twice.',
    'هذا القيد من الكشف مسجل في الدفاتر من قبل. لا يُسجل شيء مرتين.',
  ),
  parts_differ: no(
    422,
    'The parts do not add up to the entry of the statement. See "amount".',
    'الأجزاء لا تساوي مجموع قيد الكشف. انظر "amount".',
  ),
  match_does_not_fit: no(
    422,
    'The entry of the statement cannot be that. See "why", and choose something else.',
    'لا يمكن أن يكون قيد الكشف كذلك. انظر "why" واختر شيئاً آخر.',
  ),

  not_signed_in: no(
    401,
    'Sign in, or send a bearer token that is still valid.',
    'سجّل الدخول أو أرسل رمز وصول ما زال صالحاً.',
  ),
  wrong_credentials: no(
    401,
    'The e-mail address and the password do not belong together.',
    'البريد الإلكتروني وكلمة المرور غير متطابقين.',
  ),
  password_must_be_chosen: no(
    403,
    'Somebody else made the password that you signed in with. Choose one of your own first: PUT /people/me/password.',
    'كلمة المرور التي دخلت بها وضعها شخص آخر. اختر أولاً كلمة مرور خاصة بك: PUT /people/me/password.',
  ),
  password_too_easy: no(
    422,
    'Anybody who knows you would try this password. Choose one without your name, your address and the old password.',
    'أي شخص يعرفك قد يجرب كلمة المرور هذه. اختر واحدة بلا اسمك وبريدك وكلمة المرور القديمة.',
  ),
  too_many_attempts: no(
    429,
    'Too many attempts to sign in. Wait a quarter of an hour, or ask an administrator.',
    'محاولات كثيرة لتسجيل الدخول. انتظر ربع ساعة أو اتصل بالمسؤول.',
  ),
  cross_site_request: no(
    403,
    'This came from another site. Open the page of the service itself and try again.',
    'جاء هذا الطلب من موقع آخر. افتح صفحة الخدمة نفسها وحاول مرة أخرى.',
  ),

  person_state_unchanged: no(
    409,
    'The person is in that state already. Look at who changed it, and why.',
    'الشخص في هذه الحالة من قبل. انظر من غيّرها ولماذا.',
  ),
  last_administrator: no(
    409,
    'This is the last active administrator. Register another first.',
    'هذا آخر مسؤول نشط. سجّل مسؤولاً آخر أولاً.',
  ),

  not_found: no(
    404,
    'There is nothing here by this id, or it is not for you to see.',
    'لا يوجد شيء بهذا المعرّف، أو لا يحق لك الاطلاع عليه.',
  ),
  no_such_address: no(
    404,
    'This address does not exist. The documentation lists those that do.',
    'هذا العنوان غير موجود. العناوين الموجودة مذكورة في التوثيق.',
  ),

  role_not_allowed: no(
    403,
    'None of your roles in this fund may do this.',
    'لا يسمح أي من أدوارك في هذا الصندوق بهذا الإجراء.',
  ),
  not_your_step: no(
    403,
    'The request is not at a step that your role decides now.',
    'الطلب ليس في خطوة يقررها دورك الآن.',
  ),
  separation_of_duties: no(
    403,
    'You already have another duty in this request. Another person must do this.',
    'لديك مهمة أخرى في هذا الطلب. يجب أن يقوم بهذا شخص آخر.',
  ),
  named_in_request: no(
    403,
    'The request names you, so you may not act on it. Another person must.',
    'الطلب يذكر اسمك فلا يجوز أن تتصرف فيه. يجب أن يقوم بذلك شخص آخر.',
  ),
  tied_to_payee: no(
    403,
    'You have declared a tie to this payee. Another person must do this.',
    'لقد أعلنت عن صلة بهذا المستفيد. يجب أن يقوم بهذا شخص آخر.',
  ),
  recorded_bank_details: no(
    403,
    'You recorded or verified the bank details of this payee in the last 30 days. Another person must do this.',
    'لقد سجلت أو تحققت من بيانات البنك لهذا المستفيد خلال آخر 30 يوماً. يجب أن يقوم بهذا شخص آخر.',
  ),
  service_account_decides_nothing: no(
    403,
    'A service account may not decide, certify, release or reconcile. A person must.',
    'لا يجوز لحساب خدمة أن يقرر أو يصدّق أو يصرف أو يطابق. يجب أن يقوم بذلك شخص.',
  ),
  two_people_needed: no(
    403,
    'You did the first half of this. The second half takes another person.',
    'لقد قمت بالنصف الأول. النصف الثاني يحتاج إلى شخص آخر.',
  ),

  version_missing: no(
    428,
    "Send the version that you read in an If-Match header, so that nobody's change is overwritten.",
    'أرسل رقم النسخة التي قرأتها في ترويسة If-Match حتى لا يُمحى تعديل غيرك.',
  ),
  version_changed: no(
    412,
    'Somebody changed this after you read it. Read it again and decide anew.',
    'عدّل شخص آخر هذا بعد أن قرأته. اقرأه مرة أخرى ثم قرر.',
  ),
  idempotency_key_reused: no(
    422,
    'This Idempotency-Key was used for another request. Use a new key for a new request.',
    'استُخدم مفتاح Idempotency-Key هذا لطلب آخر. استخدم مفتاحاً جديداً لكل طلب جديد.',
  ),
  still_in_progress: no(
    409,
    'The same request is still being worked on. Wait a moment and send it again with the same key.',
    'الطلب نفسه ما زال قيد التنفيذ. انتظر لحظة ثم أعد إرساله بالمفتاح نفسه.',
  ),

  too_many_files: no(
    503,
    'Other long files are being written at this moment. Wait a little and ask again.',
    'تُكتب الآن ملفات طويلة أخرى. انتظر قليلاً ثم اطلب مرة أخرى.',
  ),
  too_slow: no(
    503,
    'This took too long and was stopped; nothing was changed. Ask for less at a time, or again in a moment.',
    'استغرق هذا وقتاً طويلاً فأوقف ولم يتغير شيء. اطلب أقل في كل مرة أو أعد المحاولة بعد قليل.',
  ),
  unavailable: no(
    503,
    'The database cannot be reached now. Send it again in a moment, a change with the same Idempotency-Key.',
    'لا يمكن الوصول إلى قاعدة البيانات الآن. انتظر قليلاً ثم أعد الإرسال، والتغيير بمفتاح Idempotency-Key نفسه.',
  ),

  administrator_has_no_financial_role: no(
    409,
    'An administrator holds no role in a fund. Use another person.',
    'لا يجوز للمسؤول أن يشغل دوراً في صندوق. اختر شخصاً آخر.',
  ),
  already_exists: no(
    409,
    'There is one already. Use another name, code or key, or change the one that is there.',
    'يوجد واحد بالفعل. استخدم اسماً أو رمزاً آخر، أو عدّل الموجود.',
  ),
  about_yourself: no(
    403,
    'This is your own entry on the roster. Somebody else keeps it.',
    'هذا قيدك أنت في قائمة الخبراء. يتولاه شخص آخر.',
  ),
  expert_not_available: no(
    409,
    'The expert cannot be had so on all of these days. Look at the availability on the roster.',
    'الخبير غير متاح بهذه الصورة في كل هذه الأيام. انظر أيام توفره في القائمة.',
  ),
  expert_double_booked: no(
    409,
    'Another deployment holds the expert on some of these days. Choose other days, or another expert.',
    'إيفاد آخر يشغل الخبير في بعض هذه الأيام. اختر أياماً أخرى أو خبيراً آخر.',
  ),
  expert_has_duty: no(
    409,
    'The expert has a part in this request. Nobody is sent by a request in which they act.',
    'للخبير دور في هذا الطلب. لا يوفَد أحد بطلب يعمل فيه.',
  ),
  travel_above_ceiling: no(
    422,
    'The travel costs more than the travel rules of this expert allow. See "ceiling".',
    'تكلفة السفر أعلى مما تسمح به قواعد سفر هذا الخبير. انظر "ceiling".',
  ),
  subsistence_rate_missing: no(
    422,
    'Nobody has set what a night there is given. Ask the treasurer or the controller to set it, or a default.',
    'لم يحدد أحد بدل المبيت هناك. اطلب من أمين الخزانة أو المراقب المالي تحديده أو تحديد بدل افتراضي.',
  ),
  deployment_out_of_order: no(
    409,
    'The deployment cannot move on so. It starts under an approved request, within its days, and ends after that.',
    'لا يمكن أن ينتقل الإيفاد هكذا. يبدأ بطلب معتمد وضمن أيامه، وينتهي بعد ذلك.',
  ),
  phase_goes_forward: no(
    409,
    'The process is past this phase. Where violence has come back, add another process.',
    'تجاوزت العملية هذه المرحلة. إن عاد العنف فأضف عملية أخرى.',
  ),
  last_keeper: no(
    409,
    'Nobody who keeps this list would be left on it. Tell another fund manager or controller first.',
    'لن يبقى في القائمة أحد ممن يتولونها. أطلِع أولاً مدير صندوق أو مراقباً مالياً آخر.',
  ),
  currency_unknown: no(422, 'This is not an ISO 4217 currency code.', 'هذا ليس رمز عملة وفق ISO 4217.'),
  currency_not_in_use: no(
    422,
    'This currency was not in use on that day. Withdrawn currencies are accepted for their own time only.',
    'لم تكن هذه العملة متداولة في ذلك اليوم. لا تُقبل العملات الملغاة إلا لفترة تداولها.',
  ),
  currency_mismatch: no(
    422,
    'The amount is in another currency than the account or agreement it is for.',
    'المبلغ بعملة غير عملة الحساب أو الاتفاق المعني.',
  ),
  rate_missing: no(
    422,
    'There is no rate of exchange for this currency and month. Record it first.',
    'لا يوجد سعر صرف لهذه العملة في هذا الشهر. سجّله أولاً.',
  ),
  date_in_future: no(
    422,
    'This day is still to come. Record what has happened.',
    'هذا اليوم لم يأت بعد. سجّل ما حدث فعلاً.',
  ),
  dates_out_of_order: no(
    422,
    'This day lies before the day of what it follows from. See "notBefore".',
    'هذا اليوم يسبق يوم ما يترتب عليه. انظر "notBefore".',
  ),
  amount_out_of_range: no(
    422,
    "In the fund's currency the amount is nothing at all, or too large for its books. Check the amount and the rate.",
    'قيمة المبلغ بعملة الصندوق صفر أو أكبر مما تتسع له دفاتره. راجع المبلغ وسعر الصرف.',
  ),
  period_closed: no(
    409,
    'The books of that month are closed. Record the fact on "firstOpenDay" or later.',
    'دفاتر ذلك الشهر مغلقة. سجّل الواقعة في اليوم "firstOpenDay" أو بعده.',
  ),
  month_still_open: no(
    409,
    'An earlier month is still open and must be closed first. See "month".',
    'ما زال شهر سابق مفتوحاً ويجب إغلاقه أولاً. انظر "month".',
  ),
  close_softly_first: no(
    409,
    'The month is open. Close it softly first, so that only adjustments still come in.',
    'الشهر مفتوح. أغلقه إغلاقاً أولياً أولاً حتى لا تدخله إلا التسويات.',
  ),
  checklist_not_done: no(
    409,
    'The checklist of the month is not done. See "toDo" for what is left.',
    'قائمة التحقق للشهر لم تكتمل. انظر "toDo" لما بقي.',
  ),
  period_not_closed: no(409, 'The month is open, so there is nothing to reopen.', 'الشهر مفتوح فلا شيء يعاد فتحه.'),
  year_closed: no(
    409,
    'The year of that month is closed and stays closed. Record the fact in the open month.',
    'سنة ذلك الشهر مغلقة وتبقى مغلقة. سجّل الواقعة في الشهر المفتوح.',
  ),
  entry_says_something_else: no(409, 'This was recorded already, with other figures.', 'سُجّل هذا من قبل بأرقام أخرى.'),

  not_yours: no(403, 'This is another person’s. Save one of your own.', 'هذا يخص شخصاً آخر. احفظ واحداً خاصاً بك.'),
  population_empty: no(
    422,
    'There is nothing to draw from: the query finds no entry, or no money, at that position.',
    'لا يوجد ما تُسحب منه العينة: لا يجد الاستعلام قيداً أو مالاً عند هذا الموضع.',
  ),
  query_too_slow: no(
    422,
    'The question took too long. Narrow it, for example to a period or an account, or ask for the file (CSV).',
    'استغرق السؤال وقتاً طويلاً. ضيّقه بفترة أو حساب مثلاً، أو اطلب الملف (CSV).',
  ),

  insufficient_funds: no(
    409,
    'There is not enough money that this may be paid from. Nothing was held. See what is available under which earmark.',
    'لا يوجد مال كافٍ يجوز الدفع منه. لم يُحجز شيء. انظر المتاح حسب كل تخصيص.',
  ),
  not_pledged: no(409, 'The contribution is not an open pledge any more.', 'لم تعد المساهمة تعهداً مفتوحاً.'),
  not_agreed: no(
    409,
    'The contribution has no agreement that this could belong to.',
    'لا يوجد للمساهمة اتفاق يمكن أن ينتمي إليه هذا.',
  ),
  not_conditional: no(409, 'The agreement has no open condition.', 'ليس في الاتفاق شرط قائم.'),
  bank_value_differs: no(
    422,
    'In one currency, what the bank booked and its charge must add up to what was sent.',
    'عند اتحاد العملة يجب أن يساوي ما قيّده البنك مع عمولته ما أُرسل.',
  ),
  applied_amount_missing: no(
    422,
    'The money came in another currency than the agreement. Say how much of the agreement it settles.',
    'وصل المال بعملة غير عملة الاتفاق. اذكر كم يسدد من الاتفاق.',
  ),
  nothing_outstanding: no(
    409,
    'Less is outstanding on this agreement than that.',
    'المتبقي على هذا الاتفاق أقل من ذلك.',
  ),
  nothing_unapplied: no(
    409,
    'Less of this receipt is still unidentified than that.',
    'غير المحدد من هذا القبض أقل من ذلك.',
  ),
  condition_open: no(
    409,
    'The condition is still open, so nothing was earned that could be doubted. Write it off instead.',
    'شرط هذا الاتفاق ما زال قائماً، فلم يُكتسب منه ما يمكن الشك فيه. اشطبه بدلاً من ذلك.',
  ),
  nothing_impaired: no(409, 'Less of this receivable is impaired than that.', 'المخصص لهذا المستحق أقل من ذلك.'),
  insufficient_cash: no(
    409,
    'The account does not hold that much on that day, or on a day since. See "held".',
    'لا يوجد في الحساب هذا القدر في ذلك اليوم أو في يوم بعده. انظر "held".',
  ),
  interest_recorded_already: no(
    409,
    'Interest of this account for a day of that period is recorded already.',
    'سُجّلت فوائد هذا الحساب عن يوم من تلك الفترة من قبل.',
  ),
  reserve_not_overdrawn: no(
    409,
    'The operating reserve does not hold that much. See "reserve".',
    'لا يوجد في الاحتياطي التشغيلي هذا القدر. انظر "reserve".',
  ),
  earmarked: no(
    409,
    'Only a contribution without an earmark can lend to the operating reserve or be given from it.',
    'لا يُقرض الاحتياطي التشغيلي ولا يُعطى منه إلا مساهمة غير مخصصة.',
  ),
  above_your_authority: no(
    403,
    'This is more than your role may authorise. See "allowed".',
    'هذا أكثر مما يجوز لدورك أن يأذن به. انظر "allowed".',
  ),
  proposal_decided_already: no(409, 'This proposal was decided already.', 'بُتّ في هذا الاقتراح من قبل.'),
  refund_paid_already: no(409, 'This refund was paid already.', 'سُدد هذا الاسترداد من قبل.'),
  correct_otherwise: no(
    409,
    'An entry of this kind is not corrected in this way. See "instead" for what puts it right.',
    'لا يُصحَّح قيد من هذا النوع بهذه الطريقة. انظر "instead" لما يصححه.',
  ),
  built_upon: no(
    409,
    'Other entries build on what this would change. See "entries"; put those right first, the latest first.',
    'توجد قيود أخرى مبنية على ما سيتغير. انظر "entries" وصححها أولاً بدءاً من الأحدث.',
  ),
  taken_back: no(
    409,
    'This was taken back already. Use what stands in its place.',
    'أُلغي هذا من قبل بقيد عكسي. استخدم ما حلّ محله.',
  ),
  nothing_to_correct: no(
    422,
    'These are the values that are there already. Say what is different.',
    'هذه هي القيم الموجودة أصلاً. اذكر ما يختلف.',
  ),
  correction_ended: no(
    409,
    'This correction was confirmed, rejected or withdrawn already, or has lapsed.',
    'أُقر هذا التصحيح أو رُفض أو سُحب من قبل، أو انقضى.',
  ),
  rule_unsound: no(
    422,
    'These rules cannot work as they are. See "errors" for each reason.',
    'لا يمكن العمل بهذه القواعد كما هي. انظر "errors" لكل سبب.',
  ),
  earmark_forbids_use: no(
    409,
    'Money of this contribution is in use in ways that the new earmark does not permit.',
    'أموال هذه المساهمة مستخدمة بما لا يسمح به التخصيص الجديد.',
  ),

  watch_item_closed: no(
    409,
    'This watch item is closed. Open it again first: send "closed": false.',
    'بند الرصد هذا مغلق. أعد فتحه أولاً: أرسل "closed": false.',
  ),
  plan_ended: no(
    409,
    'This plan was activated, withdrawn or has expired; see "ended". Write a new plan, or open the request that it became.',
    'فُعّلت هذه الخطة أو سُحبت أو انتهت؛ انظر "ended". اكتب خطة جديدة أو افتح الطلب الذي صارت إليه.',
  ),
  plan_expired: no(
    409,
    'The last day of this plan is past. Change the plan to a later one, and have money set aside for it anew.',
    'انقضى آخر يوم لهذه الخطة. عدّلها إلى يوم لاحق، ثم يُرصد لها المال من جديد.',
  ),
  plan_activated_already: no(
    409,
    'A request has used this part of the plan already. See "requestId".',
    'استخدم طلب هذا الجزء من الخطة من قبل. انظر "requestId".',
  ),
  tranches_differ: no(
    422,
    'The tranches do not add up to the budget lines. Change one or the other.',
    'مجموع الدفعات لا يساوي مجموع بنود الميزانية. عدّل هذه أو تلك.',
  ),
  exceeds_plan: no(
    409,
    'That is more than the plan still lacks. See "missing".',
    'هذا أكثر مما ينقص الخطة. انظر "missing".',
  ),

  incomplete_request: no(
    422,
    'The request is not complete. See "missing" for what must be filled in before it is submitted.',
    'الطلب غير مكتمل. انظر "missing" لما يجب تعبئته قبل التقديم.',
  ),
  not_editable: no(
    409,
    'Only a draft or a returned request can be changed.',
    'لا يمكن تعديل الطلب إلا إذا كان مسودة أو معاداً.',
  ),
  not_awaiting_decision: no(409, 'The request is not waiting for a decision.', 'الطلب لا ينتظر قراراً.'),
  reservation_lapsed: no(
    409,
    'The money that this request held has lapsed. It must be submitted again.',
    'انقضت مدة حجز أموال هذا الطلب. يجب تقديمه من جديد.',
  ),
  not_awaiting_ending: no(
    409,
    'The request is past the point at which it could be withdrawn or expire.',
    'تجاوز الطلب المرحلة التي يمكن سحبه أو انقضاؤه فيها.',
  ),
  already_decided_by_you: no(
    409,
    'You have decided on this request already. A quorum counts distinct people.',
    'لقد قررت في هذا الطلب من قبل. النصاب يعدّ أشخاصاً مختلفين.',
  ),
  not_approved: no(
    409,
    'The request is not approved, so nothing can be paid or lowered on it.',
    'الطلب غير معتمد فلا يمكن الدفع منه أو تخفيضه.',
  ),
  exceeds_committed: no(
    409,
    'That is more than the request still has committed and not yet certified.',
    'هذا أكثر مما بقي ملتزماً به في الطلب وغير مصدّق بعد.',
  ),
  exceeds_budget_line: no(
    409,
    'That is more than the approved budget has left in this category.',
    'هذا أكثر مما بقي في هذه الفئة من الميزانية المعتمدة.',
  ),
  tranche_not_due: no(
    409,
    'That goes beyond the tranches that may be paid, and the next one is not due. See "conditions" for what is missing.',
    'هذا يتجاوز الدفعات المسموح بصرفها، والدفعة التالية لم يحن وقتها. انظر "conditions" لمعرفة ما ينقص.',
  ),
  tranche_not_next: no(
    409,
    'That is not the tranche that comes next. See "next".',
    'ليست هذه هي الدفعة التالية. انظر "next".',
  ),
  nothing_to_waive: no(
    409,
    'All conditions of the tranche are met: it may be paid as it is.',
    'كل شروط الدفعة مستوفاة: يمكن صرفها كما هي.',
  ),
  nothing_to_report: no(
    409,
    'Nothing of this request has been paid yet, so there is nothing to report.',
    'لم يُدفع شيء من هذا الطلب بعد، فلا شيء لتقديم تقرير عنه.',
  ),
  report_not_open: no(
    409,
    'The report is with its reviewers, or through. It is written again when they ask, or take something back.',
    'التقرير لدى المراجعين أو تم قبوله. يُكتب من جديد عندما يسألون أو يرجعون عن شيء.',
  ),
  report_not_submitted: no(409, 'The report is not waiting for a review.', 'التقرير لا ينتظر مراجعة.'),
  report_not_accepted: no(
    409,
    'Only what was decided on a report that is through is taken back. Finish the review first.',
    'لا يُرجع إلا عما تقرر في تقرير اكتملت مراجعته. أكمل المراجعة أولاً.',
  ),
  line_reviewed_already: no(
    409,
    'This line has its verdict already. Look at what was said of it.',
    'صدر الحكم على هذا البند من قبل. انظر ما قيل فيه.',
  ),
  outside_eligible_time: no(
    422,
    'Some lines were not spent in the time that the request and the report are about. See "lines".',
    'بعض البنود لم تُنفق في المدة التي يغطيها الطلب والتقرير. انظر "lines".',
  ),
  exceeds_paid: no(
    409,
    'That is more than was paid in this category and is not reported yet. Report up to what was paid. See "left".',
    'هذا أكثر مما دُفع في هذه الفئة ولم يُقدَّم عنه تقرير بعد. قدّم تقريراً بقدر ما دُفع. انظر "left".',
  ),
  reported_already: no(
    409,
    'What this payment was spent on is reported and reviewed. Take back that review first.',
    'قُدّم تقرير عن إنفاق هذه الدفعة وتمت مراجعته. ارجع عن تلك المراجعة أولاً.',
  ),
  attachment_too_large: no(
    413,
    'The file is larger than is taken. See "most", in bytes.',
    'الملف أكبر من المسموح. انظر "most" بالبايت.',
  ),
  attachment_type_not_taken: no(
    422,
    'Files of this kind are not taken. Send a PDF, PNG, JPEG, plain text or CSV, XLSX or DOCX without macros.',
    'لا تُقبل ملفات من هذا النوع. أرسل PDF أو PNG أو JPEG أو نصاً عادياً أو CSV أو XLSX أو DOCX بلا وحدات ماكرو.',
  ),
  too_many_attachments: no(409, 'The request has as many files as one may have.', 'للطلب أقصى عدد من الملفات.'),
  attachment_damaged: no(
    409,
    'The file is not what was attached any more, so it is not given out. The auditor and the controller are told.',
    'لم يعد الملف كما أُرفق، فلا يُسلَّم. أُبلغ المدقق والمراقب.',
  ),
  payee_not_verified: no(409, 'The payee has not been verified by a second person.', 'لم يتحقق شخص ثانٍ من المستفيد.'),
  payee_verified_already: no(
    409,
    'No bank details of this payee wait to be verified.',
    'لا توجد بيانات مصرفية لهذا المستفيد تنتظر التحقق.',
  ),
  bank_details_not_structured: no(
    409,
    'The bank details of the payee are free text from before. Have them recorded anew and verified; then certify.',
    'البيانات المصرفية للمستفيد نص حر من قبل. يجب تسجيلها من جديد والتحقق منها، ثم التصديق.',
  ),
  bank_details_changed: no(
    409,
    'The bank details of the payee have changed since this was certified. Cancel the payment and certify it anew.',
    'تغيرت البيانات المصرفية للمستفيد بعد التصديق على هذه الدفعة. ألغِ الدفعة وصدّق عليها من جديد.',
  ),
  cooling_time: no(
    409,
    'The bank details of the payee changed a short time ago. Nothing is released to them before the cooling time is over.',
    'تغيرت البيانات المصرفية للمستفيد قبل وقت قصير. لا يُصرف إليها شيء قبل انقضاء مهلة التهدئة.',
  ),
  decision_reopened: no(
    409,
    'The bank details of the payee have changed since this was approved. The certifying officer decides again first.',
    'تغيرت البيانات المصرفية للمستفيد بعد الموافقة على هذا الطلب. يجب أن يقرر مسؤول التصديق من جديد أولاً.',
  ),
  approve_or_lower: no(
    409,
    'This is approved already and waits for its new bank details only. Approve them, or have the obligation lowered.',
    'تمت الموافقة على هذا الطلب من قبل ولا ينتظر إلا بياناته المصرفية الجديدة. وافق عليها أو اطلب خفض الالتزام.',
  ),
  looks_like_duplicate: no(
    409,
    'A payment of the same amount to the same payee or bank account was certified a short time ago. If this is another one, say why.',
    'صُدّقت قبل وقت قصير دفعة بالمبلغ نفسه للمستفيد نفسه أو للحساب المصرفي نفسه. إن كانت هذه دفعة أخرى فاذكر السبب.',
  ),
  not_awaiting_release: no(409, 'The payment is not waiting for release.', 'الدفعة لا تنتظر الصرف.'),
  already_released_by_you: no(
    409,
    'You have released this payment already. The second release takes another person.',
    'لقد صرفت هذه الدفعة من قبل. الصرف الثاني يحتاج إلى شخص آخر.',
  ),
  date_in_past: no(422, 'The day is over. Choose today or a later one.', 'مضى هذا اليوم. اختر اليوم أو يوماً لاحقاً.'),
  in_payment_file: no(
    409,
    'The payment is in a payment file already. It is signed with that file, or taken out of it first.',
    'الدفعة موجودة في ملف مدفوعات. توقَّع مع ذلك الملف، أو تُخرَج منه أولاً.',
  ),
  other_bank_account: no(
    422,
    'A payment file is of one bank account. This payment leaves from another.',
    'ملف المدفوعات يخص حساباً مصرفياً واحداً. هذه الدفعة تخرج من حساب آخر.',
  ),
  file_not_awaiting_signature: no(
    409,
    'The payment file does not wait for a signature: it is released, or was withdrawn.',
    'ملف المدفوعات لا ينتظر توقيعاً: فقد صُرف أو سُحب.',
  ),
  file_not_released: no(
    409,
    'The payment file is not released. It can be taken to the bank after its second signature.',
    'ملف المدفوعات لم يُصرف بعد. يمكن أخذه إلى المصرف بعد التوقيع الثاني.',
  ),
  other_hash: no(
    409,
    'This is the hash of another file. Look at the payment file again, and sign what you see.',
    'هذه بصمة ملف آخر. انظر إلى ملف المدفوعات مرة أخرى ووقّع ما تراه.',
  ),
  payment_file_differs: no(
    409,
    'What is stored does not give the payment file any more that was prepared. Give nothing to the bank, and tell the auditor.',
    'ما هو محفوظ لا يعطي ملف المدفوعات الذي أُعد. لا تسلّم المصرف شيئاً وأبلغ المدقق.',
  ),
  payments_may_not_leave: no(
    409,
    'Some payments of the file may not leave now. Take them out of it, or wait: "payments" says which and why.',
    'بعض دفعات الملف لا يجوز أن تخرج الآن. أخرجها منه أو انتظر: يبيّن "payments" أيها ولماذا.',
  ),
  paid_by_hand: no(
    409,
    'No bank could carry this file out, for an account in it has no details. Tell the bank in another way.',
    'لا يستطيع أي مصرف تنفيذ هذا الملف لأن حساباً فيه بلا بيانات. أبلغ المصرف بطريقة أخرى.',
  ),
  sent_already: no(
    409,
    'The payment file was given to the bank before. A second time may pay twice: say why.',
    'سُلّم ملف المدفوعات إلى المصرف من قبل. التسليم مرة ثانية قد يدفع مرتين: اذكر السبب.',
  ),
  nothing_to_answer: no(
    409,
    'This line of the status report needs no answer, or has one.',
    'هذا السطر من تقرير المصرف لا يحتاج إلى جواب أو أُجيب عنه.',
  ),
  signature_no_longer_counts: no(
    409,
    'Somebody who approved, certified or released this must keep away from the payee now. Ask anew with other people.',
    'أحد من اعتمد هذا أو صدّقه أو صرفه صار عليه الابتعاد عن هذا المستفيد. قدّم الطلب من جديد مع أشخاص آخرين.',
  ),
  not_released: no(
    409,
    'The payment has not been released to the bank, or is settled already.',
    'لم تُصرف الدفعة إلى البنك أو سُوّيت من قبل.',
  ),
  charge_above_limit: no(
    409,
    'The bank kept more than is usual. A controller with no other part in the request must confirm the amount first.',
    'احتفظ المصرف بأكثر من المعتاد. يجب أن يؤكد المبلغ أولاً مراقب مالي لا دور آخر له في الطلب.',
  ),
  clock_not_running: no(
    409,
    'The clock of this request does not run: not submitted, returned, ended, or nothing is under way to a payee.',
    'ساعة هذا الطلب متوقفة: لم يُقدَّم بعد، أو أُعيد، أو انتهى، أو لا دفعة في الطريق إلى المستفيد.',
  ),
  paused_already: no(
    409,
    'The clock of this request is stopped already. End that pause first.',
    'ساعة هذا الطلب متوقفة بالفعل. أنهِ ذلك التوقف أولاً.',
  ),
  pause_ended: no(409, 'This pause has ended already.', 'انتهى هذا التوقف بالفعل.'),
  suspended: no(
    409,
    'The request is suspended: nothing is decided, certified or released until the pause ends. See "reason".',
    'الطلب معلق. لا يُبتّ فيه ولا يُصدَّق على دفع منه ولا يُصرف حتى ينتهي التوقف؛ انظر "reason".',
  ),
  not_cancellable: no(
    409,
    'Only a certified or a returned payment can be cancelled.',
    'لا يمكن إلغاء دفعة إلا إذا كانت مصدّقة أو مرتجعة.',
  ),

  lane_not_open: no(
    409,
    'The faster lanes are for a crisis, and the process is not in a phase for them. See "open". Ask in the standard lane.',
    'المسارات الأسرع مخصصة للأزمات، والعملية ليست في مرحلة تتيحها. انظر "open". اطلب عبر المسار العادي.',
  ),
  no_regret_ceiling: no(
    409,
    'The process has less left under its no-regret ceiling. See "left". Wait until an advance is ratified, or ask in another lane.',
    'المتبقي لهذه العملية تحت سقف مسار «بلا ندم» أقل من ذلك. انظر "left". انتظر إقرار سلفة سابقة أو اطلب عبر مسار آخر.',
  ),
  ratification_overdue: no(
    409,
    'The time for ratification is over: what is unpaid of this request is cancelled, and what was paid must come back.',
    'انتهت مهلة الإقرار: يُلغى ما لم يُدفع من هذا الطلب، ويجب أن يعود ما دُفع.',
  ),
  ratify_or_reject: no(
    409,
    'Money was let move on this request already. It is ratified or rejected; it cannot be returned.',
    'سُمح بتحريك المال في هذا الطلب من قبل. فإما أن يُقر أو يُرفض، ولا يمكن أن يُعاد.',
  ),
  to_be_recovered: no(
    409,
    'The request was unwound after this payment, so what comes back of it is recorded as a recovery.',
    'أُلغي أثر الطلب بعد هذه الدفعة، لذلك يُسجل ما يعود منها استرداداً.',
  ),
  exceeds_recoverable: no(
    409,
    'Less is still to be recovered of this request. See "outstanding". Record what is above it as an unidentified receipt.',
    'المتبقي للاسترداد من هذا الطلب أقل من ذلك. انظر "outstanding". سجّل ما زاد عليه مقبوضاً غير محدد.',
  ),
  delegation_too_long: no(
    422,
    'The fund does not allow a delegation to be that long. See "days".',
    'لا يسمح الصندوق بتفويض بهذا الطول. انظر "days".',
  ),
  cannot_stand_in: no(
    422,
    'This person cannot stand in. Choose another who works here, reads the fund’s files and does not audit it.',
    'لا يمكن لهذا الشخص أن ينوب. اختر شخصاً آخر يعمل هنا ويطّلع على ملفات الصندوق ولا يدققها.',
  ),
  not_for_you: no(403, 'This is for another person to do.', 'هذا الأمر لشخص آخر.'),
  delegation_not_in_force: no(
    409,
    'This delegation is not in force: it was not accepted, has not begun, has ended, or was revoked.',
    'هذا التفويض غير سارٍ: لم يُقبل أو لم يبدأ أو انتهى أو أُلغي.',
  ),
  beyond_delegation: no(
    403,
    'What was delegated to you does not reach this request. See "why".',
    'ما فُوّض إليك لا يشمل هذا الطلب. انظر "why".',
  ),
  must_keep_away: no(
    403,
    'The other person whom this involves must keep away from the request. See "why".',
    'الشخص الآخر المعني بهذا يجب أن يبتعد عن هذا الطلب. انظر "why".',
  ),
  step_not_hurried: no(
    409,
    'Only an open step of fund managers or head of department is hurried. A no-regret advance takes its full row to ratify it.',
    'لا تُعجَّل إلا خطوة مفتوحة لمديري الصندوق أو لرئيس الإدارة. والدفعة العاجلة تتحرك بتوقيع واحد أصلاً، فيصدّق عليها الصف كاملاً.',
  ),
  break_glass_over: no(
    409,
    'This break-glass is over: it was confirmed, its time has passed, or the request has moved on.',
    'انتهى هذا التجاوز الطارئ: أُكّد أو فات وقته أو تغيّر حال الطلب.',
  ),
  not_reviewable: no(
    409,
    'There is nothing to review: it was never confirmed, or was reviewed already.',
    'لا شيء للمراجعة: لم يُؤكَّد قط أو روجع من قبل.',
  ),
  opinion_given_already: no(
    409,
    'You have given this opinion already. It stays as it was given.',
    'لقد أبديت هذا الرأي من قبل، وهو يبقى كما هو.',
  ),
} as const satisfies Record<string, RefusalKind>

export type RefusalCode = keyof typeof REFUSALS
export type RefusalKind = { readonly status: number; readonly en: string; readonly ar: string }

/** A "no" that a person caused and can understand. Anything else that is thrown is a bug. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: Record<string, unknown>

  constructor(code: RefusalCode, details: Record<string, unknown> = {}) {
    super(`${code}: ${REFUSALS[code].en}`)
    this.code = code
    this.details = details
  }
}

function no(status: number, en: string, ar: string): RefusalKind {
  return { status, en, ar }
}
