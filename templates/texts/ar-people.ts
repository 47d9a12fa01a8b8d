import type { peopleInEn } from './en-people.ts'

/** The words about people and their passwords, in Arabic. */
export const peopleInAr: typeof peopleInEn = {
  password: {
    title: 'اختر كلمة مرورك',
    first: 'كلمة المرور التي دخلت بها وضعها شخص آخر. اختر كلمة لا يعرفها سواك؛ وإلى ذلك الحين لا يمكن فعل شيء آخر هنا.',
    old: 'كلمة مرورك الحالية',
    chosen: 'كلمة المرور الجديدة',
    hint: 'اثنا عشر حرفاً على الأقل، بلا اسمك وبريدك وكلمة المرور القديمة. أربع كلمات أو خمس يسهل تذكرها ويصعب تخمينها.',
    again: 'كلمة المرور الجديدة مرة أخرى',
    button: 'احفظ كلمة المرور',
    wrong: 'ليست هذه كلمة مرورك الحالية.',
    differs: 'لا تطابق ما كُتب أعلاه.',
    link: 'كلمة المرور',
  },
}
