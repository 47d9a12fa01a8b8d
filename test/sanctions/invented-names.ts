/**
 * Parts of names with the ways in which people write them, collected by hand and not made by the matcher's tables. Put together at
 * random they are nobody's names.
 */

/** Ways to write it in Latin letters, the first of them the listed one; and in its own script. */
export type Written = { readonly latin: readonly string[]; readonly script: string }

const written = (lines: string): Written[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const [script, ...latin] = line.trim().split(/\s+/)
      return { script: script!.replaceAll('_', ' '), latin: latin.map((one) => one.replaceAll('_', ' ')) }
    })

export const ARABIC_GIVEN = written(`
  محمد Muhammad Mohammed Mohamed Mohamad Mouhamad Mohammad Muhammed
  أحمد Ahmad Ahmed Ahmet Achmad
  علي Ali Aly
  حسين Husayn Hussein Hussain Husain Houcine
  حسن Hasan Hassan Hasen
  عبد_الرحمن Abd_al-Rahman Abdulrahman Abdurrahman Abderrahmane Abdul_Rahman Abdel_Rahman Abdur-Rahman
  عبد_الله Abdallah Abdullah Abd_Allah Abdulla
  عبد_القادر Abd_al-Qadir Abdelkader Abdul_Qader Abdulkadir Abdulqadir
  عبد_الكريم Abd_al-Karim Abdelkarim Abdul_Kareem Abdulkarim
  عبد_العزيز Abd_al-Aziz Abdulaziz Abdelaziz Abdul_Azeez
  يوسف Yusuf Youssef Yousef Yusef Yousuf
  إبراهيم Ibrahim Ebrahim Ibraheem Brahim
  إسماعيل Ismail Ismael Esmail Ismaeel
  عمر Umar Omar Omer
  عثمان Uthman Othman Osman Ousmane
  خالد Khalid Khaled Haled
  صالح Salih Saleh Salah
  طارق Tariq Tarek Tareq Tarik
  جمال Jamal Gamal Djamal
  سليمان Sulayman Suleiman Soliman Sulaiman Souleymane
  مصطفى Mustafa Mostafa Moustapha Mustapha
  فاطمة Fatima Fatimah Fatma Fatema
  عائشة Aisha Aicha Ayesha Aysha
  زينب Zaynab Zainab Zeinab Zeyneb
  مريم Maryam Mariam Meryem Miriam
  نور_الدين Nur_al-Din Noureddine Nuruddin Nur_ad-Din Nooruddin
  سيف_الدين Sayf_al-Din Saifuddin Seifeddine Saif_ad-Din
  رشيد Rashid Rasheed Rachid Rashed
  فيصل Faysal Faisal Feisal Fayçal
  موسى Musa Moussa Mousa
  أبو_بكر Abu_Bakr Abubakar Aboubacar Abou_Bakr
  قاسم Qasim Kassem Qassem Kasim
  بشير Bashir Bachir Basheer Beshir
  حبيب Habib Habeeb
  ياسين Yasin Yassine Yaseen
  رمضان Ramadan Ramadhan Ramzan
  ناصر Nasir Nasser Naser Nassir
  جعفر Jafar Jaafar Djafar Gaafar
`)

/** Stems of invented family names, in the same way. */
const ARABIC_STEMS = written(`
  زبير Zubayr Zubair Zoubeir Zubeir
  شهر Shahr Shahr Chahr Shehr
  قحطب Qahtab Kahtab Qahtab Qahtabb
  تمير Tumayr Tumeir Toumeir Tumair
  غريب Ghurayb Ghoreib Ghuraib Ghoraib
  حضرم Hadram Hadhram Hadram Hadram
  كاظم Kazim Kadhim Kazem Kadhem
  نجفير Najafir Najafeer Nadjafir Najafir
  سامر Samar Samarr Samer Saamar
  دليمر Dulaymar Dulaimar Doleimar Delaimar
  بصير Basir Bassir Baseer Bassir
  رقاو Raqaw Rakaw Raqaw Raqqaw
  مصرات Misrat Mesrat Misrat Mesrat
  جبور Jubur Jabour Joubour Jubour
  هاشم Hashim Hachim Hashem Hasheem
  خزرج Khazraj Khazradj Khazraj Khezraj
  فرغول Farghul Farghoul Fargoul Farghul
  صنعال Sanal Sanaal Sanal Sanal
  جزير Jazir Djazir Jazeer Jezir
  زنتور Zintur Zentour Zintour Zentur
  موصل Mawsil Mosul Mossoul Mawsel
  حلبي Halab Haleb Halab Halab
  دمشق Dimashq Dimashk Dimachk Demashq
  طرابل Tarabul Trabol Tarabol Taraboul
`)
const ARABIC_ENDINGS = written(`
  ي i i i y
  اوي awi aoui awy aoui
  اني ani any anee ani
  يني ini iny eeni ini
`)
const SUN = /^(sh|[stdrzn])/i

export const ARABIC_FAMILY: Written[] = ARABIC_STEMS.flatMap((stem) =>
  ARABIC_ENDINGS.map((ending) => {
    const [first, second, third, fourth] = stem.latin.map((one, i) => one + ending.latin[i]!) as [
      string,
      string,
      string,
      string,
    ]
    const sun = SUN.exec(first)?.[0].toLowerCase()
    return {
      script: `ال${stem.script}${ending.script}`,
      latin: [`${sun ? `a${sun}` : 'al'}-${first}`, second, `El-${third}`, `Al${fourth.toLowerCase()}`, `Al ${second}`],
    }
  }),
)

/** Russian and Ukrainian-like names; how they are romanised follows from their letters (`ROMANISATIONS`). */
export const CYRILLIC_GIVEN =
  'Евгений Сергей Юрий Алексей Дмитрий Николай Андрей Игорь Вячеслав Михаил Виктор Анатолий Юлия Наталья Татьяна Ксения Фёдор Геннадий'.split(
    ' ',
  )
export const CYRILLIC_PATRONYMIC =
  'Иванович Сергеевич Юрьевич Алексеевич Дмитриевич Николаевич Андреевич Васильевич'.split(' ')
export const CYRILLIC_FAMILY =
  'Хрущ Щербан Жуков Чайкин Шаповал Цветков Ягодин Юшкев Зайчик Бережн Тимошин Воробьян Кузьмич Харчен Ковшев Железняк Мельнич Ильяшев'
    .split(' ')
    .flatMap((stem) => ['енко', 'ский', 'ов', 'инцев', 'анюк'].map((ending) => stem + ending))

// prettier-ignore
const LETTERS: Readonly<Record<string, readonly [bgn: string, passport: string, german: string]>> = {
  а: ['a', 'a', 'a'], б: ['b', 'b', 'b'], в: ['v', 'v', 'w'], г: ['g', 'g', 'g'], д: ['d', 'd', 'd'], е: ['e', 'e', 'e'], ё: ['yo', 'e', 'jo'],
  ж: ['zh', 'zh', 'sch'], з: ['z', 'z', 's'], и: ['i', 'i', 'i'], й: ['y', 'i', 'j'], к: ['k', 'k', 'k'], л: ['l', 'l', 'l'], м: ['m', 'm', 'm'],
  н: ['n', 'n', 'n'], о: ['o', 'o', 'o'], п: ['p', 'p', 'p'], р: ['r', 'r', 'r'], с: ['s', 's', 's'], т: ['t', 't', 't'], у: ['u', 'u', 'u'],
  ф: ['f', 'f', 'f'], х: ['kh', 'kh', 'ch'], ц: ['ts', 'ts', 'z'], ч: ['ch', 'ch', 'tsch'], ш: ['sh', 'sh', 'sch'], щ: ['shch', 'shch', 'schtsch'],
  ъ: ['', 'ie', ''], ы: ['y', 'y', 'y'], ь: ['', '', ''], э: ['e', 'e', 'e'], ю: ['yu', 'iu', 'ju'], я: ['ya', 'ia', 'ja'],
}

/** One of three ways to write Cyrillic in Latin letters: the geographers', the passports', the German one. */
export function romanised(name: string, way: 0 | 1 | 2): string {
  const spelt = [...name.toLowerCase()].map((letter) => LETTERS[letter]?.[way] ?? letter).join('')
  const ended = way === 0 ? spelt.replace(/(iy|yy)\b/g, 'y') : spelt
  return ended
    .replace(/^e(?=v)/, way === 0 ? 'ye' : way === 2 ? 'je' : 'e')
    .replace(/(^|\s)\p{L}/gu, (first) => first.toUpperCase())
}

/** A sign with its sound in Pinyin and as Wade and Giles wrote it. */
const signs = (text: string) =>
  text
    .trim()
    .split(/\s+/)
    .map((one) => one.split(':') as [sign: string, pinyin: string, wade: string])
export const CHINESE_FAMILY = signs(
  '张:Zhang:Chang 王:Wang:Wang 李:Li:Li 赵:Zhao:Chao 陈:Chen:Chen 周:Zhou:Chou 徐:Xu:Hsu 朱:Zhu:Chu 郭:Guo:Kuo 何:He:Ho 高:Gao:Kao 郑:Zheng:Cheng 谢:Xie:Hsieh 曹:Cao:Tsao 邓:Deng:Teng 萧:Xiao:Hsiao',
)
export const CHINESE_GIVEN = signs(
  '伟:Wei:Wei 明:Ming:Ming 建:Jian:Chien 国:Guo:Kuo 华:Hua:Hua 强:Qiang:Chiang 军:Jun:Chun 平:Ping:Ping 东:Dong:Tung 海:Hai:Hai 志:Zhi:Chih 文:Wen:Wen 龙:Long:Lung 德:De:Te 清:Qing:Ching 晓:Xiao:Hsiao 春:Chun:Chun 宝:Bao:Pao 成:Cheng:Cheng 林:Lin:Lin',
)

export const OTHER_GIVEN =
  'Jean Pierre Joseph Emmanuel Patrick Dieudonné Célestin Innocent Faustin Bosco Thomas Samuel Daniel Grace Esther Claudine Mateo Alejandro Lucía Fernando Ingrid Lars'.split(
    ' ',
  )
export const OTHER_FAMILY =
  'Mukendizi Habyalinka Nzabonimwa Kabeyalu Tshibandwa Bagosoranze Ntakirumwe Okorafemi Adebayolu Chikwendume Ngarambeki Mbekolela Sikhumbani Dlaminiko Rodrigalvo Fuentesano Valderrosa Montecarmo Lindqvister Haraldsund Wuyternik Brankovelli Kowaltzyk Szymborek'
    .split(' ')
    .flatMap((stem) => ['', 'wa', 'ndor', 'tsil', 'merek'].map((ending) => stem + ending))

export const ORGANISATION_WORDS =
  'Zaryanik Qamarani Tellumbar Noorvand Brakonti Ostrelia Jebelain Marzuqat Halcyonde Virunganza Sahelgat Kordovar Almasir Tigrenne Wadirum Petroluna'.split(
    ' ',
  )
export const ORGANISATION_KINDS =
  'Trading_Company Relief_Foundation General_Trading Shipping_Lines Exchange_House Liberation_Front Engineering_Group Import_Export Charity_Committee Mining_Cooperative'
    .split(' ')
    .map((one) => one.replaceAll('_', ' '))
