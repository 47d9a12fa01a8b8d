import type { Check, ChecklistItem } from './checklist.ts'

/** What each point of the checklist is called, and what to do while it is not done. */
export const CHECKLIST_WORDS: Record<'en' | 'ar', Record<Check, { title: string; toDo: string }>> = {
  en: {
    earlier_months: {
      title: 'All earlier months are closed',
      toDo: 'Close the first open month before this one.',
    },
    entries_balance: {
      title: 'Every entry balances',
      toDo: 'The entries that are named do not sum to zero. Tell the auditor: nobody may have been able to post them.',
    },
    conservation_law: {
      title: 'Stages of every contribution sum to its authority',
      toDo: 'See which contribution disagrees in the ledger, and tell the auditor.',
    },
    trial_balance: { title: 'The trial balance is zero', toDo: 'A book does not sum to zero. Tell the auditor.' },
    unapplied_receipts: {
      title: 'Receipts of the month are applied or explained',
      toDo: 'Apply each receipt to its contribution, or say why it stays unidentified.',
    },
    payments_in_transit: {
      title: 'Payments in transit are settled or explained',
      toDo: 'Settle each payment against the statement, or say why it is still on its way.',
    },
    revaluation: {
      title: 'Items in other currencies are revalued',
      toDo: 'Record the rates of the month where they are missing, then revalue.',
    },
    imports: {
      title: 'No import is half-way',
      toDo: 'An import has fewer outcomes than its file had rows. Tell the auditor.',
    },
    seals: {
      title: 'The chain of seals holds and covers the month',
      toDo: 'Entries are sealed within seconds: look again. If there are faults, tell the auditor.',
    },
  },
  ar: {
    earlier_months: { title: 'كل الأشهر السابقة مغلقة', toDo: 'أغلق أول شهر مفتوح قبل هذا الشهر.' },
    entries_balance: {
      title: 'كل قيد متوازن',
      toDo: 'القيود المذكورة لا يساوي مجموعها صفراً. أبلغ المراجع: لا يُفترض أن يستطيع أحد تسجيلها.',
    },
    conservation_law: {
      title: 'مراحل كل مساهمة تساوي صلاحية الصرف فيها',
      toDo: 'انظر في الدفتر أي مساهمة تختلف وأبلغ المراجع.',
    },
    trial_balance: { title: 'ميزان المراجعة صفر', toDo: 'أحد الدفترين لا يساوي صفراً. أبلغ المراجع.' },
    unapplied_receipts: {
      title: 'مقبوضات الشهر مخصصة لمساهماتها أو مفسَّرة',
      toDo: 'خصّص كل قبض لمساهمته، أو اذكر لماذا يبقى غير محدد.',
    },
    payments_in_transit: {
      title: 'الدفعات في الطريق مسوّاة أو مفسَّرة',
      toDo: 'سوِّ كل دفعة مع كشف الحساب، أو اذكر لماذا ما زالت في الطريق.',
    },
    revaluation: {
      title: 'البنود بالعملات الأخرى معاد تقييمها',
      toDo: 'سجّل أسعار الشهر الناقصة ثم أعد التقييم.',
    },
    imports: { title: 'لا استيراد في منتصفه', toDo: 'لأحد عمليات الاستيراد نتائج أقل من سطور ملفه. أبلغ المراجع.' },
    seals: {
      title: 'سلسلة الأختام سليمة وتشمل الشهر',
      toDo: 'تُختم القيود خلال ثوانٍ: انظر مرة أخرى. وإن كانت هناك عيوب فأبلغ المراجع.',
    },
  },
}

export type ChecklistTold = ChecklistItem & { title: string; toDo: string | null }

/** The checklist in the reader's language: each point by its name, and what to do about it until it is done. */
export function checklistTold(checklist: readonly ChecklistItem[], language: 'en' | 'ar'): ChecklistTold[] {
  return checklist.map((one) => {
    const { title, toDo } = CHECKLIST_WORDS[language][one.item]
    return { ...one, title, toDo: one.state === 'done' ? null : toDo }
  })
}
