/** What the widget itself says in each language that it speaks, as far as the preview shows it. */
export interface PreviewWords {
  /** Of the language itself, for choosing it. */
  readonly name: string
  readonly greeting: string
  readonly greetingDetail: string
  readonly placeholder: string
  readonly writesOff: string
  readonly branding: string
  readonly minutes: string
  readonly hours: string
  readonly day: string
  readonly away: string
  readonly emailAsk: string
  readonly emailLabel: string
}

const english: PreviewWords = {
  name: 'English',
  greeting: 'How can we help?',
  greetingDetail: 'Write to us here. We answer in this window.',
  placeholder: 'Write a message…',
  writesOff: 'New messages are switched off at the moment.',
  branding: 'Powered by Helvino',
  minutes: 'Usually replies in minutes',
  hours: 'Usually replies in a few hours',
  day: 'Usually replies within a day',
  away: 'We are away at the moment',
  emailAsk: 'Nobody is here just now. Where may we send our answer?',
  emailLabel: 'Your e-mail address',
}

export const previewWords: Readonly<Record<string, PreviewWords>> = {
  en: english,
  de: {
    name: 'Deutsch',
    greeting: 'Wie können wir helfen?',
    greetingDetail: 'Schreiben Sie uns hier. Wir antworten in diesem Fenster.',
    placeholder: 'Nachricht schreiben …',
    writesOff: 'Neue Nachrichten sind im Moment abgeschaltet.',
    branding: 'Bereitgestellt von Helvino',
    minutes: 'Antwortet meist in wenigen Minuten',
    hours: 'Antwortet meist in wenigen Stunden',
    day: 'Antwortet meist innerhalb eines Tages',
    away: 'Wir sind gerade nicht da',
    emailAsk: 'Gerade ist niemand da. Wohin dürfen wir die Antwort schicken?',
    emailLabel: 'Ihre E-Mail-Adresse',
  },
  fr: {
    name: 'Français',
    greeting: 'Comment pouvons-nous vous aider ?',
    greetingDetail: 'Écrivez-nous ici. Nous répondons dans cette fenêtre.',
    placeholder: 'Écrire un message…',
    writesOff: 'L’envoi de messages est désactivé pour le moment.',
    branding: 'Propulsé par Helvino',
    minutes: 'Répond en général en quelques minutes',
    hours: 'Répond en général en quelques heures',
    day: 'Répond en général dans la journée',
    away: 'Nous sommes absents pour le moment',
    emailAsk: 'Personne n’est disponible. Où pouvons-nous envoyer notre réponse ?',
    emailLabel: 'Votre adresse e-mail',
  },
  es: {
    name: 'Español',
    greeting: '¿En qué podemos ayudarle?',
    greetingDetail: 'Escríbanos aquí. Respondemos en esta ventana.',
    placeholder: 'Escriba un mensaje…',
    writesOff: 'El envío de mensajes está desactivado en este momento.',
    branding: 'Con la tecnología de Helvino',
    minutes: 'Suele responder en minutos',
    hours: 'Suele responder en unas horas',
    day: 'Suele responder en un día',
    away: 'Ahora mismo no estamos',
    emailAsk: 'Ahora no hay nadie. ¿Adónde podemos enviar la respuesta?',
    emailLabel: 'Su correo electrónico',
  },
  pt: {
    name: 'Português',
    greeting: 'Como podemos ajudar?',
    greetingDetail: 'Escreva para nós aqui. Respondemos nesta janela.',
    placeholder: 'Escreva uma mensagem…',
    writesOff: 'O envio de mensagens está desativado no momento.',
    branding: 'Com tecnologia Helvino',
    minutes: 'Costuma responder em minutos',
    hours: 'Costuma responder em algumas horas',
    day: 'Costuma responder em um dia',
    away: 'Não estamos no momento',
    emailAsk: 'Não há ninguém agora. Para onde podemos enviar a resposta?',
    emailLabel: 'Seu e-mail',
  },
  tr: {
    name: 'Türkçe',
    greeting: 'Nasıl yardımcı olabiliriz?',
    greetingDetail: 'Bize buradan yazın. Bu pencerede yanıtlıyoruz.',
    placeholder: 'Bir mesaj yazın…',
    writesOff: 'Yeni mesajlar şu anda kapalı.',
    branding: 'Helvino ile çalışır',
    minutes: 'Genellikle birkaç dakikada yanıtlar',
    hours: 'Genellikle birkaç saatte yanıtlar',
    day: 'Genellikle bir gün içinde yanıtlar',
    away: 'Şu anda burada değiliz',
    emailAsk: 'Şu anda kimse yok. Yanıtımızı nereye gönderelim?',
    emailLabel: 'E-posta adresiniz',
  },
  ar: {
    name: 'العربية',
    greeting: 'كيف يمكننا مساعدتك؟',
    greetingDetail: 'اكتب لنا هنا، وسنرد عليك في هذه النافذة.',
    placeholder: 'اكتب رسالة…',
    writesOff: 'الرسائل الجديدة متوقفة حاليًا.',
    branding: 'مدعوم من Helvino',
    minutes: 'نرد عادةً خلال دقائق',
    hours: 'نرد عادةً خلال بضع ساعات',
    day: 'نرد عادةً خلال يوم',
    away: 'لسنا متاحين حاليًا',
    emailAsk: 'لا أحد متاح الآن. إلى أين نرسل ردّنا؟',
    emailLabel: 'بريدك الإلكتروني',
  },
  ja: {
    name: '日本語',
    greeting: '何かお困りですか？',
    greetingDetail: 'こちらにご記入ください。この画面でお答えします。',
    placeholder: 'メッセージを入力…',
    writesOff: '現在、新しいメッセージは受け付けていません。',
    branding: 'Powered by Helvino',
    minutes: '通常、数分で返信します',
    hours: '通常、数時間で返信します',
    day: '通常、1日以内に返信します',
    away: 'ただいま不在です',
    emailAsk: 'ただいま不在です。お返事の送り先を教えてください。',
    emailLabel: 'メールアドレス',
  },
}

/** As the widget chooses: by the first part of the tag, English where it does not speak that. `auto` shows as the admin's own. */
export function previewWordsFor(tag: string, own: string): { readonly language: string; readonly words: PreviewWords } {
  const language = (tag === 'auto' ? own : tag).split('-')[0]?.toLowerCase() ?? 'en'
  const words = previewWords[language]
  return words ? { language, words } : { language: 'en', words: english }
}
