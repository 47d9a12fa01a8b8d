import type { DonorReportTexts } from './en.ts'

/** The words of the donor contribution report in Arabic, as ICU messages. Months have both names, as the UN writes them. */
export const donorReportTexts: DonorReportTexts = {
  title: 'تقرير مساهمات المانح',
  forDonor: 'مقدم إلى {donor}',
  fund: 'الصندوق',
  donor: 'المانح',
  eventsUpTo: 'الحركات حتى',
  knownAt: 'المسجلة حتى',
  position: 'الموضع في دفتر الأستاذ',
  issuedOn: 'تاريخ الإصدار',
  currency: 'العملة',
  asOf: 'يشمل هذا التقرير كل ما وقع حتى {occurredOn} ضمنا، كما سجله دفتر أستاذ الصندوق حتى {recordedAt}. ولا يشمل ما سجل بعد ذلك. والمبالغ محسوبة بعملة الصندوق، {currency}، ما لم تذكر بجانبها عملة أخرى.',
  contents:
    '{contributions, plural, =0 {لا توجد أي مساهمة مسجلة} one {ويعرض مساهمة واحدة} two {ويعرض مساهمتين} few {ويعرض # مساهمات} many {ويعرض # مساهمة} other {ويعرض # مساهمة}}{events, plural, =0 {.} one { وحركة واحدة.} two { وحركتين.} few { و# حركات.} many { و# حركة.} other { و# حركة.}}',
  pageOf: 'صفحة {page} من ',

  summary: 'الخلاصة',
  promisedAndReceived: 'الموعود به والمقبوض',
  pledged: 'المتعهد به',
  agreed: 'المتفق عليه',
  received: 'المقبوض',
  outstanding: 'المستحق غير المقبوض',
  writtenOff: 'المشطوب',
  bankCharges: 'الرسوم المصرفية',
  exchangeDifference: 'فرق الصرف',
  whereTheMoneyIs: 'أين توجد الأموال',
  authority: 'سلطة الإنفاق',
  supportCost: 'تكاليف دعم البرامج',
  available: 'المتاح',
  ready: 'المرصود في الخطط (الجاهز)',
  reserved: 'المحجوز',
  committed: 'الملتزم به',
  disbursed: 'المصروف',
  toBeRecovered: 'من المصروف: يجب استرداده',
  recoveryGivenUp: 'من المصروف: شُطب استرداده',
  reported: 'المبلغ عنه',
  sumOfStages: 'مجموع المراحل السبع',
  authorityNote:
    'سلطة الإنفاق هي النقد المقبوض الذي يجوز إنفاقه، مطروحا منه ما أعيد إلى المانح. وهي دائما في مرحلة واحدة من سبع مراحل، ولذلك يساويها مجموع المراحل بالتمام.',

  byYear: 'المقبوض والمصروف حسب السنة',
  year: 'السنة',
  receivedIn: 'المقبوض ({currency})',
  disbursedIn: 'المصروف ({currency})',
  noYears: 'لم يقبض أو يصرف أي مبلغ حتى الآن.',
  chartInWords:
    'رسم بياني بالأعمدة للمبالغ المقبوضة والمصروفة في {years, plural, one {سنة {first}} two {سنتي {first} و{last}} few {# سنوات من {first} إلى {last}} many {# سنة من {first} إلى {last}} other {# سنة من {first} إلى {last}}}. والجدول الذي يليه يعرض المبالغ نفسها.',

  missions: 'البعثات',
  missionsOfAll: 'وجهة الأموال',
  mission: 'البعثة',
  amountIn: '{name} ({currency})',
  confidentialMissions:
    'وساطة سرية، {region} ({count, plural, zero {# بعثة} one {بعثة واحدة} two {بعثتان} few {# بعثات} many {# بعثة} other {# بعثة}})',
  undisclosedRegion: 'المنطقة غير معلنة',
  noMissions: 'لم يذهب أي مبلغ من {several, select, yes {هذه المساهمات} other {هذه المساهمة}} إلى أي بعثة حتى الآن.',

  contribution: 'المساهمة {code}',
  fiscalYear: 'السنة المالية',
  status: 'الحالة',
  statusName:
    '{status, select, pledged {متعهد بها} agreed {متفق عليها} received {مقبوضة} written_off {مشطوبة} cancelled {ملغاة} other {{status}}}',
  conditions: 'الشروط',
  conditional: 'مشروطة',
  unconditional: 'لا شروط',
  earmarking: 'التخصيص',
  earmark:
    '{level, select, unearmarked {غير مخصصة} softly {مخصصة تخصيصا مرنا} earmarked {مخصصة} tightly {مخصصة تخصيصا صارما} other {{level}}}',
  earmarkWithTerms: '{earmark}: {terms}',
  termSeparator: '، ',
  spendBy: 'آخر موعد للإنفاق',
  noTerm: 'لا أجل محدد',
  originallyPledged: 'التعهد الأصلي',
  originallyAgreed: 'الاتفاق الأصلي',
  notAgreed: 'لم يتفق عليها بعد',
  none: '–',

  events: 'الحركات',
  noEvents: 'لا توجد حركات مسجلة لهذه المساهمة.',
  date: 'التاريخ',
  event: 'الحركة',
  reference: 'المرجع',
  originalAmount: 'المبلغ الأصلي',
  amount: 'المبلغ',
  rate: 'السعر',
  eventName:
    '{kind, select, pledge {تعهد} pledge_cancelled {إلغاء تعهد} agreement {اتفاق} condition_met {استيفاء شرط} receipt {قبض} bank_charge {رسوم مصرفية} exchange_difference {فرق صرف} write_off {شطب} refund {رد إلى المانح} interest {فوائد} reserve_transfer {الاحتياطي التشغيلي} other {{kind}}}',
  rateNote: 'السعر: عدد وحدات العملة الأصلية مقابل وحدة واحدة من {currency}.',

  noContributions:
    'لا توجد في دفتر الأستاذ أي مساهمة لهذا المانح حتى هذا التاريخ. ولذلك فإن جميع الأرقام أصفار، وهذه الصفحة هي التقرير كله.',

  day: '{day} {month} {year}',
  month:
    '{month, select, 01 {كانون الثاني/يناير} 02 {شباط/فبراير} 03 {آذار/مارس} 04 {نيسان/أبريل} 05 {أيار/مايو} 06 {حزيران/يونيه} 07 {تموز/يوليه} 08 {آب/أغسطس} 09 {أيلول/سبتمبر} 10 {تشرين الأول/أكتوبر} 11 {تشرين الثاني/نوفمبر} 12 {كانون الأول/ديسمبر} other {{month}}}',
  instant: '{day}، الساعة {time} بالتوقيت العالمي',
}
