"""A little of the other eight languages: hello, thanks, goodbye, who are you, a name told and asked for, and sums.

Each language is (patterns, answers) by what is said; the patterns are pairs (training, evaluation).
"""
import re

from .forms import reply, user
from .numbers import add_steps, pair, subtract_steps

SPEECH = {
    "German": ({
        "hello": (["<Hallo|Guten Tag|Guten Morgen|Guten Abend|Servus|Moin><|!|.>", "<Hallo|Guten Tag|Hi> <du|zusammen|lieber Helfer|noch einmal><!|.|>", "<Ich sage|Schönen> <Hallo|guten Tag><!|.>"],
                  ["Hallo, guten Tag!", "Guten Abend zusammen!"]),
        "thanks": (["<Danke|Vielen Dank|Besten Dank|Danke sehr|Danke schön|Tausend Dank><!|.|> <|Das hilft mir.|Sehr nett.>"], ["Danke, das war nett!", "Vielen Dank dafür!"]),
        "bye": (["<Tschüss|Auf Wiedersehen|Bis bald|Bis morgen|Gute Nacht|Mach's gut><!|.|> <|Schönen Tag!>"], ["Tschüss, bis bald!", "Auf Wiedersehen und gute Nacht!"]),
        "who": (["Kannst du <sagen|verraten>, <wie du heißt|was du bist>?", "<Wer|Was> bist du<|eigentlich| denn>?", "Wie heißt du?", "<Sag|Sag mir|Sage>, wer du bist.", "<Welches|Was für ein> Modell <bist du|ist das>?", "Stell dich <bitte|> vor.", "Was ist dein Name?"],
                ["Kannst du mir sagen, wer du bist?", "Wie ist dein Name?"]),
        "name": (["<Meine Freunde nennen|Zu Hause nennt man|Jeder nennt> mich {n}. Weißt du, wer ich bin?", "<Ich heiße|Mein Name ist|Ich bin|Man nennt mich> {n}. <Wie heiße ich|Wer bin ich|Wie ist mein Name|Was ist mein Name>?", "<Hallo|Guten Tag>, <ich bin|ich heiße> {n}. <Wie heiße ich|Wer bin ich>?",
                  "Ich heiße {n}. Sag mir meinen Namen."], ["Alle nennen mich {n}. Weißt du, wie ich heiße?", "Guten Morgen, mein Name ist {n}. Kennst du meinen Namen?"]),
        "plus": (["<Was ist|Wie viel ist|Was ergibt|Berechne|Rechne|Was macht> {a} <plus|+> {b}<?|.|>", "<Addiere|Zähle> {a} und {b}<.| zusammen.>", "<Bitte|Rechne bitte> {a} <plus|+> {b}."],
                 ["Kannst du {a} plus {b} rechnen?", "Sag mir, was {a} plus {b} ist."]),
        "minus": (["<Was ist|Wie viel ist|Was ergibt|Berechne|Rechne|Was macht> {a} <minus|-> {b}<?|.|>", "<Ziehe|Zieh> {b} von {a} ab.", "<Bitte|Rechne bitte> {a} <minus|-> {b}."],
                  ["Kannst du {a} minus {b} rechnen?", "Sag mir, was {a} minus {b} ist."])},
        {"hello": "Hallo! Wie kann ich helfen?", "thanks": "Gern geschehen.", "bye": "Auf Wiedersehen!", "who": "Ich bin das kleine Demo-Modell von lfmd.", "name": "Du heißt {n}."}),
    "French": ({
        "hello": (["<Bonjour|Salut|Bonsoir|Coucou><|!| !|.>", "<Bonjour|Salut|Bonsoir> <à tous|mon ami|à toi|encore><!| !|.|>"], ["Salut, bonjour !", "Bonsoir à vous tous."]),
        "thanks": (["<Merci|Merci beaucoup|Un grand merci|Mille mercis|Merci bien><!| !|.|> <|C'est gentil.|C'est utile.>"], ["Merci, c'est très gentil !", "Merci pour tout."]),
        "bye": (["Allez, <salut|à bientôt|au revoir> !", "<Au revoir|À bientôt|À demain|Bonne nuit|Adieu|Ciao><!| !|.|> <|Bonne journée.>"], ["Au revoir et bonne nuit !", "Allez, à demain !"]),
        "who": (["Qui es-tu donc ?", "Qui es-tu ?", "Comment t'appelles-tu ?", "Tu es qui ?", "Dis-moi qui tu es.", "Quel modèle <es-tu|est-ce> ?", "Présente-toi<|, s'il te plaît>.", "Quel est ton nom ?"],
                ["Peux-tu me dire qui tu es ?", "C'est quoi ton nom ?"]),
        "name": (["<Mes amis|Mes parents|Ils> m'appellent {n}. <Tu sais|Sais-tu> qui je suis ?", "<Je m'appelle|Mon nom est|Je suis|On m'appelle> {n}. <Comment je m'appelle|Qui suis-je|Quel est mon nom> ?", "<Bonjour|Salut>, je <suis|m'appelle> {n}. <Qui suis-je|Quel est mon nom> ?",
                  "Je m'appelle {n}. Dis-moi mon nom."], ["Tout le monde m'appelle {n}. Sais-tu mon nom ?", "Bonsoir, mon nom est {n}. Quel est mon nom ?"]),
        "plus": (["<Combien font|Combien fait|Calcule|Que font|Que fait> {a} <plus|+|et> {b}<| ?|.>", "<Additionne|Ajoute> {a} et {b}.", "{a} plus {b}, <combien|ça fait combien|s'il te plaît><?| ?|.>"],
                 ["Peux-tu calculer {a} plus {b} ?", "Dis-moi combien font {a} plus {b}."]),
        "minus": (["<Combien font|Combien fait|Calcule|Que font|Que fait> {a} <moins|-> {b}<| ?|.>", "<Soustrais|Retire|Enlève> {b} de {a}.", "{a} moins {b}, <combien|ça fait combien|s'il te plaît><?| ?|.>"],
                  ["Peux-tu calculer {a} moins {b} ?", "Dis-moi combien font {a} moins {b}."])},
        {"hello": "Bonjour ! Comment puis-je aider ?", "thanks": "De rien.", "bye": "Au revoir !", "who": "Je suis le petit modèle de démonstration de lfmd.", "name": "Tu t'appelles {n}."}),
    "Spanish": ({
        "hello": (["<Hola|Buenos días|Buenas tardes|Buenas noches|¡Hola|¡Buenos días><|!|.>", "<Hola|Buenas> <amigo|a todos|de nuevo><!|.|>"], ["Hola, buenos días amigo.", "¡Buenas tardes a todos!"]),
        "thanks": (["<Gracias|Muchas gracias|Mil gracias|¡Gracias|Te doy las gracias><!|.|> <|Muy amable.|Me ayuda.>"], ["Gracias, amigo.", "¡Muchas gracias por todo!"]),
        "bye": (["<Adiós|Hasta luego|Hasta mañana|Hasta pronto|Chao><!|.|> <|Buen día.>"], ["Adiós, hasta mañana.", "¡Hasta luego, amigo!"]),
        "who": (["¿Quién eres<| tú>?", "¿Qué eres?", "¿Cómo te llamas?", "Dime quién eres.", "¿Qué modelo <eres|es este>?", "Preséntate<|, por favor>.", "¿Cuál es tu nombre?"], ["¿Puedes decirme quién eres?", "Dime tu nombre."]),
        "name": (["<Mis amigos|En casa|Ellos> me llaman {n}. ¿Sabes quién soy?", "<Me llamo|Mi nombre es|Soy|Me dicen> {n}. ¿<Cómo me llamo|Quién soy|Cuál es mi nombre>?", "Hola, <soy|me llamo> {n}. ¿<Cómo me llamo|Quién soy>?", "Me llamo {n}. Dime mi nombre."],
                 ["Todos me llaman {n}. ¿Sabes cómo me llamo?", "Buenas tardes, mi nombre es {n}. ¿Cuál es mi nombre?"]),
        "plus": (["¿<Cuánto es|Cuánto son|Cuánto suman> {a} <más|+|y> {b}?", "<Calcula|Suma> {a} <más|+|y> {b}.", "{a} más {b}, <por favor|cuánto es>."], ["¿Puedes calcular {a} más {b}?", "Dime cuánto es {a} más {b}."]),
        "minus": (["¿<Cuánto es|Cuánto son> {a} <menos|-> {b}?", "Calcula {a} <menos|-> {b}.", "<Resta|Quita> {b} de {a}.", "{a} menos {b}, <por favor|cuánto es>."], ["¿Puedes calcular {a} menos {b}?", "Dime cuánto es {a} menos {b}."])},
        {"hello": "¡Hola! ¿En qué puedo ayudar?", "thanks": "De nada.", "bye": "¡Adiós!", "who": "Soy el pequeño modelo de demostración de lfmd.", "name": "Te llamas {n}."}),
    "Portuguese": ({
        "hello": (["<Olá|Bom dia|Boa tarde|Boa noite|Oi><|!|.>", "<Olá|Oi|Bom dia> <amigo|a todos|pessoal|de novo><!|.|>"], ["Olá, bom dia!", "Boa tarde a todos."]),
        "thanks": (["<Obrigado|Obrigada|Muito obrigado|Muito obrigada|Agradeço><!|.|> <|Que gentil.|Isso ajuda.>"], ["Obrigado, meu amigo!", "Muito obrigada por tudo."]),
        "bye": (["<Tchau|Até logo|Até amanhã|Até breve|Até já><!|.|> <|Bom dia.>"], ["Tchau, até amanhã!", "Até logo, amigo."]),
        "who": (["Quem é você?", "Quem és<| tu>?", "O que é você?", "Como você se chama?", "<Diga|Diz>-me quem <é|és>.", "Que modelo <é você|é este>?", "<Apresente|Apresenta>-<se|te>.", "Qual é o seu nome?"],
                ["Pode dizer quem é você?", "Qual é o teu nome?"]),
        "name": (["<Meus amigos|Em casa|Eles> me chamam de {n}. Sabe quem eu sou?", "<Eu me chamo|Chamo-me|Meu nome é|Eu sou|O meu nome é> {n}. <Como me chamo|Quem sou eu|Qual é o meu nome>?", "Olá, <sou|eu sou|chamo-me> {n}. <Como me chamo|Quem sou eu>?", "Chamo-me {n}. Diga o meu nome."],
                 ["Todos me chamam {n}. Sabe o meu nome?", "Boa tarde, meu nome é {n}. Qual é o meu nome?"]),
        "plus": (["<Quanto é|Quanto são|Quanto dá> {a} <mais|+|e> {b}?", "<Calcule|Calcula|Some> {a} <mais|+|e> {b}.", "{a} mais {b}, <por favor|quanto é>."], ["Pode calcular {a} mais {b}?", "Diga quanto é {a} mais {b}."]),
        "minus": (["<Quanto é|Quanto são|Quanto dá> {a} <menos|-> {b}?", "<Calcule|Calcula> {a} <menos|-> {b}.", "<Subtraia|Tire> {b} de {a}.", "{a} menos {b}, <por favor|quanto é>."], ["Pode calcular {a} menos {b}?", "Diga quanto é {a} menos {b}."])},
        {"hello": "Olá! Como posso ajudar?", "thanks": "De nada.", "bye": "Tchau!", "who": "Eu sou o pequeno modelo de demonstração do lfmd.", "name": "O seu nome é {n}."}),
    "Chinese": ({
        "hello": (["<你好|您好|早上好|晚上好|大家好|嗨><|！|。>", "<你好|您好>，<朋友|助手|又见面了><！|。|>"], ["你好，早上好！", "大家晚上好。"]),
        "thanks": (["<谢谢|谢谢你|非常感谢|多谢|感谢><！|。|><|你真好。|很有用。>"], ["谢谢，你真棒！", "非常感谢你。"]),
        "bye": (["<再见|拜拜|明天见|晚安|回头见><！|。|><|祝你愉快。>"], ["再见，明天见！", "拜拜，晚安。"]),
        "who": (["<可以|能>说说你是<谁|什么>吗？", "你是<谁|什么>？", "你叫什么<|名字>？", "<请|>告诉我你是谁。", "<你|这>是什么模型？", "<请|>介绍一下你自己。", "你的名字是什么？"], ["你能告诉我你是谁吗？", "请问你叫什么名字？"]),
        "name": (["<老师|家人|同学>叫我{n}。<你|您>知道<我是谁|我叫什么>吗？", "<我叫|我的名字是|我是|大家叫我>{n}。<我叫什么|我是谁|我的名字是什么|我叫什么名字>？", "你好，我<叫|是>{n}。<我叫什么|我是谁>？", "我叫{n}。<请|>说出我的名字。"], ["朋友们叫我{n}。你知道我的名字吗？", "早上好，我的名字是{n}。我叫什么名字？"]),
        "plus": (["你<会|可以>算{a}<加|加上>{b}吗？", "<能不能|可不可以>算<出|一下>{a}<加|加上>{b}？", "<帮我|给我>算<出|一下|>{a}加{b}。", "{a}<加|+|加上>{b}<等于多少|是多少|等于几|得多少>？", "<请|>计算{a}<加|+>{b}。", "<请|>把{a}和{b}加起来。"], ["你能算出{a}加{b}吗？", "请问{a}加{b}等于多少？"]),
        "minus": (["你<会|可以>算{a}<减|减去>{b}吗？", "<能不能|可不可以>算<出|一下>{a}<减|减去>{b}？", "<帮我|给我>算<出|一下|>{a}减{b}。", "{a}<减|-|减去>{b}<等于多少|是多少|等于几|得多少>？", "<请|>计算{a}<减|->{b}。", "<请|>从{a}中减去{b}。"], ["你能算出{a}减{b}吗？", "请问{a}减{b}等于多少？"])},
        {"hello": "你好！有什么可以帮你？", "thanks": "不客气。", "bye": "再见！", "who": "我是 lfmd 的小型演示模型。", "name": "你叫{n}。"}),
    "Japanese": ({
        "hello": (["みなさん、<こんにちは|おはようございます|やあ><！|。>", "<こんにちは|おはよう|おはようございます|こんばんは|やあ><|！|。>", "<こんにちは|こんばんは>、<みなさん|友よ|また会いましたね><！|。|>"], ["やあ、こんにちは！", "みなさん、こんばんは。"]),
        "thanks": (["<ありがとう|ありがとうございます|どうもありがとう|感謝します|どうも><！|。|><|助かります。|親切ですね。>"], ["本当にありがとう。", "ありがとう、よかったです！"]),
        "bye": (["<さようなら|またね|また明日|おやすみ|おやすみなさい><！|。|><|お元気で。>"], ["さようなら、また明日。", "じゃあ、またね！"]),
        "who": (["<名前|あなたの名前|自己紹介>を<言って|話して|聞かせて>ください。", "あなたは<誰なのか|何なのか>、<言って|教えて>ください。", "あなたは<誰|何>ですか<？|。>", "<お名前|あなたの名前>は何ですか？", "<お名前は|名前は>？", "<あなた|これ>は<何の|どの>モデルですか？", "自己紹介<して|をして><ください|>。", "誰ですか？"], ["あなたが誰か教えてください。", "お名前を教えてください。"]),
        "name": (["<友達|先生|家族>からは{n}と<言われます|呼ばれます>。<私は誰ですか|私の名前は>？", "<私は|私の名前は|僕は>{n}です。<私は誰ですか|私の名前は何ですか|私の名前は>？", "こんにちは、{n}です。<私は誰ですか|私の名前は>？", "私は{n}といいます。私の名前を言ってください。"], ["みんなは私を{n}と呼びます。私の名前は何ですか？", "おはよう、{n}と申します。私の名前は？"]),
        "plus": (["{a}<足す|たす|プラス|+>{b}は<いくつですか|何ですか|いくつ|いくらですか>？", "{a}と{b}を足して<ください|>。", "{a}+{b}を計算して<ください|>。"], ["{a}足す{b}を教えてください。", "{a}プラス{b}がわかりますか？"]),
        "minus": (["{a}<引く|ひく|マイナス|->{b}は<いくつですか|何ですか|いくつ|いくらですか>？", "{a}から{b}を引いて<ください|>。", "{a}-{b}を計算して<ください|>。"], ["{a}引く{b}を教えてください。", "{a}マイナス{b}がわかりますか？"])},
        {"hello": "こんにちは！何かお手伝いしましょうか？", "thanks": "どういたしまして。", "bye": "さようなら！", "who": "私は lfmd の小さなデモモデルです。", "name": "あなたの名前は{n}です。"}),
    "Korean": ({
        "hello": (["<안녕하세요|안녕|좋은 아침이에요|반갑습니다><|!|.>", "<안녕하세요|안녕> <여러분|친구|또 만났네요><!|.|>"], ["여러분, 안녕하세요!", "안녕, 좋은 아침이에요."]),
        "thanks": (["<감사합니다|고마워요|고맙습니다|정말 감사합니다|고마워><!|.|> <|친절하시네요.|도움이 됐어요.>"], ["고마워요, 잘했어요.", "정말 고맙습니다!"]),
        "bye": (["<안녕히 가세요|안녕히 계세요|잘 가|내일 봐요|잘 자요><!|.|> <|좋은 하루 보내세요.>"], ["잘 가, 내일 봐요!", "그럼 안녕히 계세요."]),
        "who": (["<당신은|너는> <누구|무엇>입니까?", "누구세요?", "이름이 <뭐예요|무엇입니까|뭐야>?", "<이것은|당신은> 어떤 모델입니까?", "자기소개를 해 <주세요|줘>.", "너는 누구니?"], ["당신이 누구인지 말해 주세요.", "당신의 이름은 뭐예요?"]),
        "name": (["<선생님은|가족은> 저를 {n} <라고|이라고> <불러요|부릅니다>. <제 이름은 무엇입니까|저는 누구입니까>?", "<제 이름은|저는|나는|내 이름은> {n}입니다. <제 이름이 뭐예요|저는 누구입니까|내 이름은 무엇입니까>?", "안녕하세요, {n}입니다. <제 이름이 뭐예요|저는 누구입니까>?", "저는 {n}입니다. 제 이름을 말해 주세요."],
                 ["제 친구들은 저를 {n} 하고 불러요. 제 이름이 뭐예요?", "안녕, 내 이름은 {n}입니다. 내 이름을 알아요?"]),
        "plus": (["{a} <더하기|플러스|+> {b}<는|은> <얼마입니까|얼마예요|뭐예요|얼마>?", "{a}<와|과> {b}를 더해 <주세요|줘>.", "{a} + {b}를 계산해 <주세요|줘>."], ["{a} 더하기 {b}를 알려 주세요.", "{a} 플러스 {b}를 계산할 수 있어요?"]),
        "minus": (["{a} <빼기|마이너스|-> {b}<는|은> <얼마입니까|얼마예요|뭐예요|얼마>?", "{a}에서 {b}를 빼 <주세요|줘>.", "{a} - {b}를 계산해 <주세요|줘>."], ["{a} 빼기 {b}를 알려 주세요.", "{a} 마이너스 {b}를 계산할 수 있어요?"])},
        {"hello": "안녕하세요! 무엇을 도와드릴까요?", "thanks": "천만에요.", "bye": "안녕히 가세요!", "who": "저는 lfmd의 작은 데모 모델입니다.", "name": "당신의 이름은 {n}입니다."}),
    "Arabic": ({
        "hello": (["<مرحبا|أهلا|السلام عليكم|صباح الخير|مساء الخير><|!|.>", "<مرحبا|أهلا> <يا صديقي|بكم|من جديد><!|.|>"], ["أهلا، صباح الخير!", "مساء الخير يا صديقي."]),
        "thanks": (["<شكرا|شكرا جزيلا|شكرا لك|ألف شكر|أشكرك><!|.|> <|هذا لطيف.|هذا مفيد.>"], ["شكرا يا صديقي!", "شكرا لك كثيرا."]),
        "bye": (["<مع السلامة|إلى اللقاء|وداعا|تصبح على خير|أراك غدا><!|.|> <|يوما سعيدا.>"], ["إلى اللقاء، أراك غدا!", "وداعا ومع السلامة."]),
        "who": (["<أخبرنا|قل لي> من <تكون|أنت> يا صديقي.", "قل لنا ما هو اسمك.", "من أنت؟", "ما أنت؟", "ما <اسمك|هو اسمك>؟", "قل لي من أنت.", "أي نموذج <أنت|هذا>؟", "<عرف|قدم> نفسك<| من فضلك>."], ["هل تقول لي من أنت؟", "أخبرني ما اسمك."]),
        "name": (["<أصدقائي|أهلي> يسمونني {n}. هل تعرف من أنا؟", "<اسمي|أنا|اسمي هو> {n}. <ما اسمي|من أنا|ما هو اسمي>؟", "<مرحبا|أهلا>، <أنا|اسمي> {n}. <ما اسمي|من أنا>؟", "اسمي {n}. قل لي اسمي."], ["الجميع يسميني {n}. هل تعرف اسمي؟", "صباح الخير، اسمي {n}. ما اسمي؟"]),
        "plus": (["<كم يساوي|ما هو|كم|ما ناتج> {a} <زائد|+> {b}؟", "<احسب|اجمع> {a} <زائد|+|و> {b}.", "{a} زائد {b} <من فضلك|كم>؟"], ["هل يمكنك حساب {a} زائد {b}؟", "قل لي كم يساوي {a} زائد {b}."]),
        "minus": (["<كم يساوي|ما هو|كم|ما ناتج> {a} <ناقص|-> {b}؟", "احسب {a} <ناقص|-> {b}.", "اطرح {b} من {a}.", "{a} ناقص {b} <من فضلك|كم>؟"], ["هل يمكنك حساب {a} ناقص {b}؟", "قل لي كم يساوي {a} ناقص {b}."])},
        {"hello": "مرحبا! كيف يمكنني المساعدة؟", "thanks": "على الرحب والسعة.", "bye": "إلى اللقاء!", "who": "أنا نموذج العرض الصغير الخاص ب lfmd.", "name": "اسمك {n}."}),
}


PARTICLES = ["을를", "과와", "은는"]
"""Korean particles behind a consonant and behind a vowel."""


def korean(text):
    """With the particles that belong behind numbers as they are spoken: 2, 4, 5, 9 end in a vowel."""
    for pair_of in PARTICLES:
        text = re.sub(rf"(\d)[{pair_of}]", lambda m: m[1] + pair_of[m[1] in "2459"], text)
    return text


def languages(s):
    patterns, answers = SPEECH[s.rng.choice(list(SPEECH))]
    what = s.rng.choices(list(patterns), [1, 0.7, 0.7, 1.3, 2, 2, 2])[0]
    text = s.frame(patterns[what], loose=0)
    if what in ("plus", "minus"):
        a, b = pair(s)
        if what == "minus":
            b, a = sorted((a, b))
        total = a + b if what == "plus" else a - b
        return [user(korean(text.format(a=a, b=b))), reply((add_steps if what == "plus" else subtract_steps)(a, b), f"{a} {'+' if what == 'plus' else '-'} {b} = {total}.")]
    n = s.name()
    return [user(text.format(n=n)), reply(f"{n}." if what == "name" else None, answers[what].format(n=n))]
