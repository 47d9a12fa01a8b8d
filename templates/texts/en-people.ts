/** The words about people and their passwords, in English. */
export const peopleInEn = {
  password: {
    title: 'Choose your password',
    first:
      'Somebody else made the password that you signed in with. Choose one that only you know; until then nothing else can be done here.',
    old: 'The password that you have now',
    chosen: 'New password',
    hint: 'At least 12 characters, without your name, your address or the old password. Four or five words are easy to remember and hard to guess.',
    again: 'New password, once more',
    button: 'Keep this password',
    wrong: 'This is not the password that you have now.',
    differs: 'This is not the same as above.',
    link: 'Password',
  },
}
