/**
 * Everything that people are told: each event with the facts that it needs, by name and kind, and its words.
 *
 * `title` is what it is called: the subject of the mail, and all that is told where the process is confidential, so no fact stands in it.
 * `sentence` has a place for every fact. `code` is that of the request, payment or plan that it is about. To tell of something new, add
 * it here and call `notify`.
 */
export const EVENTS = {
  // Requests
  step_open: {
    facts: { code: 'text', title: 'text', amount: 'amount', payee: 'text', role: 'role' },
    en: {
      title: 'A request waits for your decision',
      sentence: '{code}, “{title}”, asks for {amount} for {payee}. It waits for a decision by a {role}.',
    },
    ar: {
      title: 'طلب ينتظر قرارك',
      sentence: 'الطلب {code}، «{title}»، بمبلغ {amount} لصالح {payee}، ينتظر قراراً من: {role}.',
    },
  },
  step_reopened: {
    facts: { code: 'text', title: 'text', amount: 'amount', payee: 'text', role: 'role' },
    en: {
      title: 'A request has changed and waits for a decision again',
      sentence:
        '{code}, “{title}”, now asks for {amount} for {payee}. What was decided by a {role} does not count any more.',
    },
    ar: {
      title: 'تغيّر طلب وينتظر قراراً من جديد',
      sentence: 'الطلب {code}، «{title}»، صار بمبلغ {amount} لصالح {payee}. القرار السابق من {role} لم يعد سارياً.',
    },
  },
  step_half: {
    facts: { code: 'text', title: 'text', role: 'role', due: 'moment' },
    en: {
      title: 'Half the time for a decision is over',
      sentence: '{code}, “{title}”, still waits for a {role}. The decision is due by {due}.',
    },
    ar: {
      title: 'انقضى نصف المهلة المحددة لقرار',
      sentence: 'الطلب {code}، «{title}»، ما زال ينتظر: {role}. موعد القرار {due}.',
    },
  },
  step_late: {
    facts: { code: 'text', title: 'text', role: 'role', since: 'moment' },
    en: {
      title: 'A decision is late',
      sentence: '{code}, “{title}”, has waited for a {role} beyond its time, since {since}.',
    },
    ar: {
      title: 'تأخر قرار عن موعده',
      sentence: 'الطلب {code}، «{title}»، تجاوز مهلته في انتظار {role}، منذ {since}.',
    },
  },
  request_decided: {
    facts: { code: 'text', title: 'text', role: 'role', by: 'text' },
    en: {
      title: 'A step of your request is done',
      sentence: '{by} has approved {code}, “{title}”, as {role}. Further decisions are still to come.',
    },
    ar: {
      title: 'اكتملت خطوة من خطوات طلبك',
      sentence: 'وافق {by} على الطلب {code}، «{title}»، بصفة {role}. ما زالت هناك قرارات أخرى منتظرة.',
    },
  },
  request_returned: {
    facts: { code: 'text', title: 'text', reason: 'text', by: 'text' },
    en: {
      title: 'Your request was returned',
      sentence: '{by} has returned {code}, “{title}”: {reason}',
    },
    ar: {
      title: 'أُعيد طلبك إليك',
      sentence: 'أعاد {by} الطلب {code}، «{title}»: {reason}',
    },
  },
  request_approved: {
    facts: { code: 'text', title: 'text', amount: 'amount' },
    en: {
      title: 'Your request is approved',
      sentence: '{code}, “{title}”, is approved; {amount} is committed to it.',
    },
    ar: {
      title: 'تمت الموافقة على طلبك',
      sentence: 'تمت الموافقة على الطلب {code}، «{title}»، والتُزم له بمبلغ {amount}.',
    },
  },
  request_rejected: {
    facts: { code: 'text', title: 'text', reason: 'text', by: 'text' },
    en: {
      title: 'Your request was rejected',
      sentence: '{by} has rejected {code}, “{title}”: {reason}',
    },
    ar: {
      title: 'رُفض طلبك',
      sentence: 'رفض {by} الطلب {code}، «{title}»: {reason}',
    },
  },
  request_expired: {
    facts: { code: 'text', title: 'text', until: 'day' },
    en: {
      title: 'Your request has expired',
      sentence: 'The money for {code}, “{title}”, was held until {until}. It is available to others again.',
    },
    ar: {
      title: 'انتهت صلاحية طلبك',
      sentence: 'كان المبلغ محجوزاً للطلب {code}، «{title}»، حتى {until}، وقد أصبح متاحاً لغيره.',
    },
  },
  screening_hit: {
    facts: { payee: 'text', listed: 'text', score: 'text' },
    en: {
      title: 'A payee may be on a sanctions list',
      sentence: '“{payee}” fits “{listed}” with {score} points of 100. Nothing leaves for the payee until you decide.',
    },
    ar: {
      title: 'قد يكون أحد المستفيدين على قائمة جزاءات',
      sentence: 'يطابق «{payee}» الاسم المدرج «{listed}» بدرجة {score} من 100. لا يخرج مال إلى المستفيد قبل قرارك.',
    },
  },
  screening_confirmed: {
    facts: { payee: 'text', listed: 'text', by: 'text' },
    en: {
      title: 'A payee is on a sanctions list',
      sentence:
        '{by} has confirmed that “{payee}” is the listed “{listed}”. Its requests are suspended and nothing leaves for it.',
    },
    ar: {
      title: 'أحد المستفيدين على قائمة جزاءات',
      sentence: 'أكد {by} أن «{payee}» هو المدرج «{listed}». عُلقت طلباته ولا يخرج إليه مال.',
    },
  },
  opinion_asked: {
    facts: { code: 'text', title: 'text', by: 'text', until: 'day' },
    en: {
      title: 'Your opinion is asked for',
      sentence: '{by} asks for your opinion on {code}, “{title}”, by {until}.',
    },
    ar: {
      title: 'رأيك مطلوب',
      sentence: 'يطلب {by} رأيك في الطلب {code}، «{title}»، في موعد أقصاه {until}.',
    },
  },
  opinion_given: {
    facts: { code: 'text', title: 'text', by: 'text' },
    en: {
      title: 'An opinion has been given',
      sentence: '{by} has given an opinion on {code}, “{title}”.',
    },
    ar: {
      title: 'أُبدي رأي',
      sentence: 'أبدى {by} رأيه في الطلب {code}، «{title}».',
    },
  },
  opinion_due: {
    facts: { code: 'text', title: 'text', until: 'day' },
    en: {
      title: 'Your opinion is due',
      sentence: 'Your opinion on {code}, “{title}”, is asked for by {until}. The decision may be taken without it.',
    },
    ar: {
      title: 'حان موعد إبداء رأيك',
      sentence: 'رأيك في الطلب {code}، «{title}»، مطلوب في موعد أقصاه {until}. وقد يُتخذ القرار من دونه.',
    },
  },
  ratification_due: {
    facts: { code: 'text', title: 'text', amount: 'amount', until: 'moment' },
    en: {
      title: 'A no-regret advance is to be ratified',
      sentence:
        '{code}, “{title}”, has {amount} in advance of the approvals. Unless it is ratified by {until}, it is unwound.',
    },
    ar: {
      title: 'دفعة عاجلة تنتظر التصديق',
      sentence:
        'حصل الطلب {code}، «{title}»، على {amount} قبل اكتمال الموافقات. إذا لم يُصدَّق عليه قبل {until} فسيُلغى أثره.',
    },
  },
  no_regret_ratified: {
    facts: { code: 'text', title: 'text', amount: 'amount' },
    en: {
      title: 'A no-regret advance is ratified',
      sentence: '{code}, “{title}”: {amount} has all its approvals, and goes on as every other request.',
    },
    ar: {
      title: 'صُدّق على دفعة عاجلة',
      sentence: 'الطلب {code}، «{title}»: اكتملت الموافقات على {amount}، ويمضي كأي طلب آخر.',
    },
  },
  no_regret_unwound: {
    facts: { code: 'text', title: 'text', amount: 'amount' },
    en: {
      title: 'A no-regret advance was not ratified and is unwound',
      sentence: '{code}, “{title}”: what was not paid of {amount} is cancelled, and what was paid is to be recovered.',
    },
    ar: {
      title: 'لم يُصدَّق على دفعة عاجلة وأُلغي أثرها',
      sentence: 'الطلب {code}، «{title}»: أُلغي ما لم يُدفع من {amount}، وما دُفع يجب استرداده.',
    },
  },
  request_closed: {
    facts: { code: 'text', title: 'text', by: 'text' },
    en: {
      title: 'Your request is closed',
      sentence: '{by} has closed {code}, “{title}”. Nothing of it is open any more.',
    },
    ar: { title: 'أُغلق طلبك', sentence: 'أغلق {by} الطلب {code}، «{title}»، ولم يعد فيه شيء مفتوح.' },
  },
  refunds_due: {
    facts: { code: 'text', contributions: 'text' },
    en: {
      title: 'Unspent money is due back to donors',
      sentence:
        '{code} is closed. By their agreements, what it left unspent of {contributions} goes back to the donors.',
    },
    ar: {
      title: 'مال غير منفق مستحق الرد إلى المانحين',
      sentence: 'أُغلق الطلب {code}. بموجب الاتفاقات يُرد إلى المانحين ما لم يُنفق من {contributions}.',
    },
  },
  finding_recorded: {
    facts: { code: 'text', what: 'text', by: 'text', until: 'day' },
    en: {
      title: 'An audit finding waits for your answer',
      sentence: '{by} has found in {code}: {what} Say by {until} what was done about it.',
    },
    ar: {
      title: 'ملاحظة تدقيق تنتظر ردك',
      sentence: 'لاحظ {by} في الطلب {code}: {what} بيّن ما اتُّخذ بشأنها في موعد أقصاه {until}.',
    },
  },
  finding_answered: {
    facts: { code: 'text', by: 'text', said: 'text' },
    en: { title: 'An audit finding was answered', sentence: '{by} has answered the finding in {code}: {said}' },
    ar: { title: 'وصل رد على ملاحظة تدقيق', sentence: 'رد {by} على الملاحظة في الطلب {code}: {said}' },
  },
  finding_over: {
    facts: { code: 'text', by: 'text', said: 'text' },
    en: { title: 'An audit finding is over', sentence: '{by} has ended the finding in {code}: {said}' },
    ar: { title: 'انتهت ملاحظة تدقيق', sentence: 'أنهى {by} الملاحظة في الطلب {code}: {said}' },
  },
  finding_due: {
    facts: { code: 'text', what: 'text', until: 'day' },
    en: {
      title: 'An audit finding is due',
      sentence: 'The finding in {code} was to be dealt with by {until}: {what}',
    },
    ar: {
      title: 'حل موعد ملاحظة تدقيق',
      sentence: 'كان على المعني بالملاحظة في الطلب {code} معالجتها في موعد أقصاه {until}: {what}',
    },
  },
  // Payments and payees
  payment_certified: {
    facts: { code: 'text', request: 'text', amount: 'amount', payee: 'text' },
    en: {
      title: 'A payment waits for your release',
      sentence: 'Payment {code} of request {request}: {amount} to {payee}. Two people release it.',
    },
    ar: {
      title: 'دفعة تنتظر إطلاقها من طرفك',
      sentence: 'الدفعة {code} للطلب {request}: {amount} لصالح {payee}. يطلقها شخصان.',
    },
  },
  payment_released: {
    facts: { code: 'text', request: 'text', amount: 'amount', payee: 'text' },
    en: {
      title: 'A payment has been released',
      sentence: 'Payment {code} of request {request}: {amount} to {payee} has gone to the bank.',
    },
    ar: {
      title: 'أُطلقت دفعة',
      sentence: 'الدفعة {code} للطلب {request}: أُرسل مبلغ {amount} لصالح {payee} إلى المصرف.',
    },
  },
  payment_file_alarm: {
    facts: { code: 'text' },
    en: {
      title: 'A payment file is not what was signed any more',
      sentence:
        'What is stored does not give payment file {code} again. Give nothing to the bank, and find out who was at the database.',
    },
    ar: {
      title: 'ملف مدفوعات لم يعد كما وُقّع',
      sentence: 'ما هو محفوظ لا يعيد إنتاج ملف المدفوعات {code}. لا تسلّم المصرف شيئاً، وابحث عمن عدّل قاعدة البيانات.',
    },
  },
  payment_returned: {
    facts: { code: 'text', request: 'text', amount: 'amount', payee: 'text', reason: 'text' },
    en: {
      title: 'A payment has come back',
      sentence: 'Payment {code} of request {request}: {amount} to {payee} came back from the bank: {reason}',
    },
    ar: {
      title: 'عادت دفعة من المصرف',
      sentence: 'الدفعة {code} للطلب {request}: عاد مبلغ {amount} الموجه إلى {payee} من المصرف: {reason}',
    },
  },
  payee_waits: {
    facts: { payee: 'text', by: 'text' },
    en: {
      title: 'Bank details of a payee wait to be verified',
      sentence:
        '{by} has recorded {payee}. Nothing is paid there before a second person has verified the bank details.',
    },
    ar: {
      title: 'بيانات مصرفية لمستفيد تنتظر التحقق',
      sentence: 'سجّل {by} المستفيد {payee}. لا يُدفع له شيء قبل أن يتحقق شخص ثانٍ من بياناته المصرفية.',
    },
  },
  bank_details_wait: {
    facts: { payee: 'text', by: 'text' },
    en: {
      title: 'Changed bank details of a payee wait to be verified',
      sentence:
        '{by} has recorded other bank details of {payee}. Compare them with a source of your own: call a number that you knew before.',
    },
    ar: {
      title: 'بيانات مصرفية معدّلة لمستفيد تنتظر التحقق',
      sentence: 'سجّل {by} بيانات مصرفية أخرى للمستفيد {payee}. قارنها بمصدر من عندك: اتصل برقم كنت تعرفه من قبل.',
    },
  },
  // What needs a second person
  proposal_waits: {
    facts: { what: 'proposal', amount: 'amount', by: 'text' },
    en: {
      title: 'A proposal waits for a second person',
      sentence: '{by} proposes: {what}, {amount}. Another person decides.',
    },
    ar: {
      title: 'اقتراح ينتظر شخصاً ثانياً',
      sentence: 'يقترح {by}: {what}، {amount}. ويقرر شخص آخر.',
    },
  },
  correction_waits: {
    facts: { entry: 'text', by: 'text' },
    en: {
      title: 'A correction waits for a second person',
      sentence: '{by} proposes to correct entry {entry} of the ledger. Another person confirms.',
    },
    ar: {
      title: 'تصحيح ينتظر شخصاً ثانياً',
      sentence: 'يقترح {by} تصحيح القيد {entry} في الدفتر. ويؤكده شخص آخر.',
    },
  },
  rules_wait: {
    facts: { subject: 'subject', from: 'day', by: 'text' },
    en: {
      title: 'A change of the rules waits for a second person',
      sentence: '{by} proposes new rules ({subject}) from {from} on. Another person confirms.',
    },
    ar: {
      title: 'تغيير في القواعد ينتظر شخصاً ثانياً',
      sentence: 'يقترح {by} قواعد جديدة ({subject}) ابتداءً من {from}. ويؤكدها شخص آخر.',
    },
  },
  // People
  delegation_given: {
    facts: { by: 'text', role: 'role', from: 'moment', until: 'moment' },
    en: {
      title: 'Somebody has delegated to you',
      sentence: '{by} lets you decide as {role} from {from} until {until}.',
    },
    ar: {
      title: 'فوّضك أحدهم',
      sentence: 'فوّضك {by} بالقرار بصفة {role} من {from} حتى {until}.',
    },
  },
  delegation_accepted: {
    facts: { by: 'text', role: 'role', until: 'moment' },
    en: {
      title: 'What you delegated was accepted',
      sentence: '{by} decides as {role} on your behalf until {until}.',
    },
    ar: {
      title: 'قُبل تفويضك',
      sentence: 'يقرر {by} بصفة {role} نيابة عنك حتى {until}.',
    },
  },
  delegation_revoked: {
    facts: { by: 'text', role: 'role', reason: 'text' },
    en: {
      title: 'A delegation has ended before its time',
      sentence: '{by} has ended the delegation as {role}: {reason}',
    },
    ar: {
      title: 'انتهى تفويض قبل موعده',
      sentence: 'أنهى {by} التفويض بصفة {role}: {reason}',
    },
  },
  break_glass_begun: {
    facts: { code: 'text', title: 'text', by: 'text', reason: 'text' },
    en: {
      title: 'A director wants to break the glass',
      sentence: '{by} wants to hurry a step of {code}, “{title}”, and a second director is to confirm it: {reason}',
    },
    ar: {
      title: 'مدير يريد استخدام إجراء الطوارئ',
      sentence: 'يريد {by} تعجيل خطوة من الطلب {code}، «{title}»، وعلى مدير ثانٍ أن يؤكد ذلك: {reason}',
    },
  },
  break_glass_used: {
    facts: { code: 'text', title: 'text', by: 'text', reason: 'text' },
    en: {
      title: 'Break-glass was used',
      sentence: '{by} hurried a step of {code}, “{title}”: {reason}',
    },
    ar: {
      title: 'استُخدم إجراء الطوارئ',
      sentence: 'عجّل {by} خطوة من الطلب {code}، «{title}»: {reason}',
    },
  },
  break_glass_review_due: {
    facts: { code: 'text', title: 'text', until: 'moment' },
    en: {
      title: 'A break-glass is to be reviewed',
      sentence: 'A step of {code}, “{title}”, was hurried. Acknowledge or contest it before {until}.',
    },
    ar: {
      title: 'إجراء طوارئ ينتظر المراجعة',
      sentence: 'عُجّلت خطوة من الطلب {code}، «{title}». أقرّ ذلك أو اعترض عليه قبل {until}.',
    },
  },
  break_glass_acknowledged: {
    facts: { code: 'text', title: 'text', by: 'text', reason: 'text' },
    en: {
      title: 'A break-glass was acknowledged',
      sentence: '{by} acknowledges that a step of {code}, “{title}”, was hurried: {reason}',
    },
    ar: {
      title: 'أُقرّ إجراء طوارئ',
      sentence: 'أقرّ {by} تعجيل خطوة من الطلب {code}، «{title}»: {reason}',
    },
  },
  break_glass_contested: {
    facts: { code: 'text', title: 'text', by: 'text', reason: 'text' },
    en: {
      title: 'A break-glass is contested',
      sentence: '{by} contests that a step of {code}, “{title}”, was hurried: {reason}',
    },
    ar: {
      title: 'إجراء طوارئ موضع اعتراض',
      sentence: 'اعترض {by} على تعجيل خطوة من الطلب {code}، «{title}»: {reason}',
    },
  },
  // Planning
  plan_review_due: {
    facts: { code: 'text', title: 'text', on: 'day' },
    en: {
      title: 'A contingency plan is due for review',
      sentence: '{code}, “{title}”, is to be reviewed by {on}.',
    },
    ar: {
      title: 'خطة طوارئ حان موعد مراجعتها',
      sentence: 'الخطة {code}، «{title}»، يجب أن تُراجع قبل {on}.',
    },
  },
  plan_review_past: {
    facts: { code: 'text', title: 'text', on: 'day' },
    en: {
      title: 'A contingency plan was not reviewed',
      sentence: '{code}, “{title}”, was to be reviewed by {on}, and nobody has said since that it still holds.',
    },
    ar: {
      title: 'خطة طوارئ لم تُراجع',
      sentence: 'الخطة {code}، «{title}»، كان يجب أن تُراجع قبل {on}، ولم يؤكد أحد بعدُ أنها ما زالت صالحة.',
    },
  },
  plan_expired: {
    facts: { code: 'text', title: 'text', until: 'day', amount: 'amount' },
    en: {
      title: 'A contingency plan has expired',
      sentence:
        '{code}, “{title}”, could be used until {until}. Of what was set aside for it {amount} is available again.',
    },
    ar: {
      title: 'انتهت صلاحية خطة طوارئ',
      sentence: 'الخطة {code}، «{title}»، كانت صالحة حتى {until}. ومما خُصص لها عاد {amount} متاحاً.',
    },
  },
  // What was spent
  report_submitted: {
    facts: { code: 'text', title: 'text', lines: 'text', by: 'text' },
    en: {
      title: 'An expenditure report waits for your review',
      sentence: '{by} has submitted a report on {code}, “{title}”. Lines to review: {lines}.',
    },
    ar: {
      title: 'تقرير نفقات ينتظر مراجعتك',
      sentence: 'قدّم {by} تقريراً عن الطلب {code}، «{title}». بنود للمراجعة: {lines}.',
    },
  },
  report_queried: {
    facts: { code: 'text', title: 'text', by: 'text' },
    en: {
      title: 'Your expenditure report has come back with questions',
      sentence: '{by} has reviewed your report on {code}, “{title}”. Some lines need an answer.',
    },
    ar: {
      title: 'عاد تقرير النفقات إليك بأسئلة',
      sentence: 'راجع {by} تقريرك عن الطلب {code}، «{title}». بعض البنود تحتاج إلى جواب.',
    },
  },
  report_accepted: {
    facts: { code: 'text', title: 'text', by: 'text' },
    en: {
      title: 'The review of your expenditure report is done',
      sentence: '{by} has reviewed every line of your report on {code}, “{title}”.',
    },
    ar: {
      title: 'اكتملت مراجعة تقرير النفقات',
      sentence: 'راجع {by} كل بنود تقريرك عن الطلب {code}، «{title}».',
    },
  },
  report_due: {
    facts: { code: 'text', title: 'text', on: 'day' },
    en: {
      title: 'An expenditure report is due',
      sentence: 'The report on {code}, “{title}”, is due on {on}.',
    },
    ar: {
      title: 'استُحق تقرير نفقات',
      sentence: 'تقرير الطلب {code}، «{title}»، مستحق في {on}.',
    },
  },
  report_late: {
    facts: { code: 'text', title: 'text', on: 'day' },
    en: {
      title: 'An expenditure report is late',
      sentence: 'The report on {code}, “{title}”, was due on {on} and is not there.',
    },
    ar: {
      title: 'تأخر تقرير نفقات',
      sentence: 'كان تقرير الطلب {code}، «{title}»، مستحقاً في {on} ولم يصل.',
    },
  },
  report_blocks: {
    facts: { code: 'text', title: 'text', on: 'day' },
    en: {
      title: 'A late expenditure report blocks the next tranche',
      sentence:
        'The report on {code}, “{title}”, was due on {on}. Its payee gets no further tranche until it is there.',
    },
    ar: {
      title: 'تقرير نفقات متأخر يمنع الدفعة التالية',
      sentence: 'كان تقرير الطلب {code}، «{title}»، مستحقاً في {on}. لا يحصل المستفيد على دفعة أخرى حتى يصل.',
    },
  },
  attachment_alarm: {
    facts: { code: 'text' },
    en: {
      title: 'A file is not what was attached',
      sentence: 'A file of {code} is missing, or holds other bytes than those that were attached. It is not given out.',
    },
    ar: {
      title: 'ملف ليس كما أُرفق',
      sentence: 'ملف من ملفات {code} مفقود أو محتواه غير ما أُرفق. لا يُسلَّم لأحد.',
    },
  },
  // The ledger
  ledger_alarm: {
    facts: { fund: 'text' },
    en: {
      title: 'The ledger has been tampered with',
      sentence: 'The seals of the ledger of {fund} are broken. Look at its verification now.',
    },
    ar: {
      title: 'جرى العبث بالدفتر',
      sentence: 'أختام دفتر {fund} مكسورة. انظر الآن إلى نتيجة التحقق منه.',
    },
  },
} as const satisfies Record<string, Event>

type Event = { readonly facts: Readonly<Record<string, FactKind>>; readonly en: Words; readonly ar: Words }
type Words = { readonly title: string; readonly sentence: string }

/**
 * `text` is shown as it is, `amount` is like `40000.00 USD`, `day` like `2026-11-24`, `moment` an instant in ISO 8601, `role`,
 * `proposal` and `subject` (of a rule) the code of one; all but the first are put as the reader's language and time zone have it.
 */
export type FactKind = 'text' | 'amount' | 'day' | 'moment' | 'role' | 'proposal' | 'subject'
export type EventName = keyof typeof EVENTS
/** What has to be told with an event. */
export type FactsOf<Name extends EventName> = Readonly<Record<keyof (typeof EVENTS)[Name]['facts'], string>>
