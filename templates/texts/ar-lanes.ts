import type { lanesInEn } from './en-lanes.ts'

/** The words about the faster lanes, in Arabic. */
export const lanesInAr: typeof lanesInEn = {
  lanesSay: {
    standard: 'عادي: كل الخطوات قبل أن يتحرك المال',
    rapid: 'سريع: الخطوات نفسها في وقت أقصر. للأزمات',
    no_regret: 'بلا ندم: يسمح مدير صندوق واحد بتحريك المال، ثم يقره الصف الكامل بعد ذلك. للأزمات',
  },
  laneReason: 'لماذا لا يحتمل الانتظار',
  laneReasonHint: 'ماذا حدث وأين. مطلوب في المسار السريع ومسار «بلا ندم».',

  advance: {
    title: 'سلفة «بلا ندم»',
    says: {
      draft: 'بعد تقديمه يستطيع مدير صندوق واحد أن يسمح بتحريك المال.',
      asked: 'قرار مدير صندوق واحد يسمح بتحريك المال، ثم يقره الباقون خلال {hours} ساعة.',
      active:
        'سمح {by} بتحريك المال في {at}. على من لم يقرر بعد أن يقره قبل {until}، وإلا يُلغى ما لم يُدفع ويجب أن يعود ما دُفع.',
      overdue: 'انتهت مهلة الإقرار في {until}. يُلغى ما لم يُدفع، ويجب أن يعود ما دُفع.',
      ratified: 'أُقر في {at}: وهو منذ ذلك الحين طلب كغيره.',
      unwound: 'أُلغي أثره في {at}: وأُلغي ما لم يُدفع.',
      ended: 'انتهى قبل السماح بتحريك المال.',
    },
    causes: {
      approved: '',
      rejected: 'رُفض: {reason}',
      overdue: 'لم يُقر في الموعد.',
    },
    ceiling: 'سقف العملية لكل طلباتها',
    open: 'مطلوب أو لم يُقر بعد',
    left: 'المتبقي تحت السقف',
    letMove: 'يسمح بتحريك المال',
    ratifies: 'يُقر',
    decideTitle: 'الإقرار بصفة {role}',
    decideHint: 'الرفض يلغي الأثر: يُلغى ما لم يُدفع، ويجب أن يعود ما دُفع.',
  },
  recovery: {
    title: 'ما يجب أن يعود',
    caption: 'الاسترداد من {payee}، بعملة {currency}',
    due: 'على {payee} أن يعيده',
    received: 'عاد',
    writtenOff: 'شُطب',
    outstanding: 'المتبقي للاسترداد',
    onItsWay: 'في الطريق عبر المصرف: إن سُوّي وجب أن يعود، وإن ارتد أُلغي',
    whenReceived: 'ورد {amount} في {day}، {reference}',
    whenWrittenOff: 'شُطب {amount} في {day}: {reason}',
    record: {
      title: 'تسجيل ما عاد',
      says: 'ما زال على {payee} أن يعيد {amount}.',
      receivedOn: 'تاريخ القيمة في كشف الحساب',
      bankAccount: 'ورد إلى حساب',
      received: 'المبلغ كما قيده المصرف، بعملة ذلك الحساب',
      reference: 'المرجع في كشف الحساب',
      button: 'تسجيل مال من {payee}',
    },
    giveUp: {
      title: 'اقتراح شطب ما لن يعود',
      says: 'يقرر المدير، وفوق الحد رئيس الإدارة.',
      amount: 'المبلغ بعملة {currency}',
      writtenOffOn: 'في',
      reason: 'السبب',
      button: 'اقتراح الشطب',
    },
    list: {
      title: 'أموال يجب استردادها',
      caption: 'ما على مستفيدي الطلبات الملغى أثرها أن يعيدوه، بعملة {currency}',
      request: 'الطلب',
      payee: 'المستفيد',
      due: 'يجب إعادته',
      empty: 'لا شيء يجب استرداده.',
      link: 'أموال يجب استردادها',
    },
  },
}
