"""Sentences as residents might write them, invented here. What must not survive stands in double brackets."""

IDENTIFYING = """
L'officier [[Karim Alaoui]] m'a demandé 200 dirhams
l'inspecteur [[zitouni]] m'a insulté devant tout le monde
Le brigadier [[Hassan]] était très poli
Mme [[Fatima Zahra Bennani]] du commissariat m'a aidée
monsieur [[tahiri]] au guichet refuse les dossiers
J'ai parlé avec [[Youssef]] le policier du quartier
c'est [[mohamed]] de la moqataa qui prend l'argent
Mon voisin [[Abdelkader]] vend de la drogue
Je m'appelle [[Samira]] et j'ai peur
mon nom est bien connu, [[Rachid Ould Ahmed]]
Le commissaire [[El Fassi]] ne répond jamais
On dit que [[Mustapha Ben Salah]] paie la police
Demandez à Si [[Brahim]] le moqaddem
Lalla [[Khadija]] a tout vu
Le gendarme [[Bouazza]] au barrage
Signé [[Driss Chraibi]]
mon cousin [[anas]] a été frappé
Ce jour-là [[Ilyas Benkirane]] était de garde
mon fils [[Ayoub]] a été arrêté sans raison
L'agent nommé [[Dahbi]] m'a pris mon permis
Appelez-moi au [[06 12 34 56 78]]
mon numéro [[0661234567]]
tel: [[+212 6 61 23 45 67]]
[[00212-661-234-567]] merci de rappeler
[[05.22.48.90.12]] c'est le commissariat
mon tel c'est le [[06 puis 12 puis 34 puis 56 puis 78]]
[[zéro six, douze, trente quatre, cinquante six, soixante]]
Joignez-moi [[0 6 6 1 2 3 4 5 6 7]]
Algérie [[0550 12 34 56]]
Tunisie [[+216 20 123 456]]
le numéro est [[(+212) 661-23-45-67]]
La voiture [[12345-أ-6]] roule sans plaque devant
voiture de police [[45678 A 6]]
immatriculée [[12345|ب|26]]
plaque [[WW 123456]]
une Dacia [[123 TU 4567]]
une Clio [[98765 B 40]] garée devant l'école
sa voiture [[12345-123-16]] était là
Ma CIN est [[BK123456]]
ma carte [[BE 345678]] est restée au poste
passeport [[AB1234567]]
matricule [[4521]] du policier
badge n° [[317]] ne veut pas répondre
PV numéro [[123/2021]]
mon dossier [[2023-456]] est perdu
né le [[3 mars 1987]] à Rabat
je suis née en [[1990]]
date [[15/03/1987]]
IBAN [[MA64 0115 1900 0001 2050 0053 4921]]
rib [[011 780 0000123456789012 34]]
J'habite [[12 rue Ibn Batouta]]
au [[34, avenue Hassan II]] il y a des voleurs
[[rue des Orangers n° 5]] près du café
[[résidence Al Amal]] immeuble [[4]] appt [[12]]
derb [[omar 17]] deuxième étage
devant [[33.5731, -7.5898]]
écrivez à [[samir.k@example.com]]
samir [[arobase exemple point ma]]
voir [[https://facebook.com/samir.k]]
mon insta: [[samir_casa]]
[[@samir_casa]] sur twitter
visitez [[www.exemple.ma]]
Officer [[Smith]] was rude to me
I spoke to Sergeant [[Johnson]] twice
my name is [[Omar]] and I live here
The policeman called [[Hakim]] took my money
My brother [[Bilal]] was beaten
ask [[Noureddine]] he knows
Inspector [[Jalal Mansouri]] helped us
my boss [[Larbi]] pays them
Mrs [[Haddad]] at the desk
I saw [[Zineb]] crying at the station
my uncle [[Abdellah]] is an officer
it was [[Tariq Ould Bah]] again
call me on [[0661 23 45 67]]
call [[six six one two three four five six]]
car plate [[1234 A 26]]
license plate [[ABC 1234]] black car
born on [[12 March 1987]]
born in [[1985]] in Fes
I live at [[5 Zankat Atlas]]
near [[33°34'23"N 7°35'23"W]]
my email is [[omar at gmail dot com]]
telegram: [[omar_22]]
ID [[J456789]]
السيد [[محمد العلوي]] طلب مني رشوة
الضابط [[حسن]] عاملني بلا احترام
المفتش [[بوشتى]] لم يجب
اسمي [[فاطمة الزهراء]] وأسكن هنا
اسمه [[عبد الرحيم]] ويعمل في الدائرة
الشرطي المدعو [[لكبير]] ضرب أخي
أخي [[ياسين]] اعتقل ظلما
جاري [[مصطفى بن علي]] يبيع المخدرات
القائد [[الإدريسي]] لا يستقبل أحدا
سي [[براهيم]] المقدم يعرف كل شيء
لالة [[السعدية]] شاهدت ما حدث
قال [[لأحمد]] إنه سيدفع
تحدثت مع [[خديجة]] في المركز
[[مُحَمَّد]] هو السبب
[[محـــمد]] هو المسؤول
هاتفي [[٠٦٦١٢٣٤٥٦٧]]
اتصلوا بي على [[06-61-23-45-67]]
رقمي [[صفر ستة ستة واحد اثنان ثلاثة]]
رقم البطاقة [[BK 123456]]
السيارة [[12345 أ 6]] تقف هنا
سيارة [[١٢٣ تونس ٤٥٦٧]]
لوحة [[أ ب ج 1234]]
سيارة الشرطة رقم [[1542]]
من مواليد [[1987]]
ولدت يوم [[12 مارس 1990]]
أسكن في [[زنقة القاهرة رقم 12]]
قرب [[شارع محمد الخامس]] قرب المقهى
[[عمارة 4 شقة 12]] حي السلام
حسابي [[انستغرام: karim.casa]]
المحضر رقم [[4567]] ضاع
smiti [[hamza]] w sakn f derb
l boulisi [[rachid]] chad 3liya 100 dh
khouya [[m7amed]] tchad bla sbab
sa7bi [[3omar]] daroh f lconfort
jari [[abdelghani]] kaybi3 l7chich
si [[lhoussine]] lmqeddem makayjawbch
inspecteur [[soufiane]] 7gar 3liya
dabit smito [[zakaria]] wa3er
khti [[fatiha]] mchat l commissariat
3ayto liya f [[0612345678]]
nemra dyali [[06 12 34 56 78]]
tomobil [[23456-b-6]] dima hna
kan mzyan m3a [[khalid]] walakin lakhor la
lqayed [[l3omari]] makayn ta chi
ana mzadad f [[1992]]
sakn f [[zanqat 14]] sidi moumen
[[سعيد]] بن عمر ضابط مرتش
policier [[Said]] gentil
بنت [[بن سودة]] تشتغل هناك
""".strip().splitlines()

# Written after the rules, to see what they find of what they were not made for.
UNSEEN = """
Le lieutenant [[Naoufal Sqalli]] a couvert son collègue
hier soir [[Ismaïl]] du 4e étage a crié
j'ai vu l'adjudant [[Moha]] prendre un billet
Contactez ma femme [[Rajae]] au [[0537.77.12.98]]
le fils du pharmacien, [[Taha Guessous]], conduit une [[7788-د-33]]
mon whatsapp [[+33 6 12 34 56 78]]
CIN: ee [[789456]]
Le chef de poste s'appelle [[Lamrini]]
j'habite au [[17 bd Zerktouni]] 3e étage
La patrouille [[M 214578]] tourne ici
Hajja [[Zhor]] nous a défendus
lui c'est [[abdelmoula]], tout le monde le connaît
commandant [[Ghali]] B. corrompu
Constable [[Okafor]] was kind
my friend [[Wiam]] lost her phone
text me [[0 7 0 8 1 2 3 4 9 9]]
the man at number 9 called [[Saber]]
his car is [[99123 | w | 1]]
the chief, Colonel [[Touré]], lives near us
send it to [[k.rahmani(at)yahoo.fr]]
الملازم [[كريم بنسعيد]] شتمني
شفت [[ادريس]] كيشد الرشوة
المقدم ديال الحومة [[بوجمعة]] عارف
رقم هاتف ابني [[٠٧ ٠١ ٢٢ ٣٣ ٤٤]]
نسكن في [[حي الفرح زنقة 8 رقم 44]]
سيارته [[٤٤٥٥٦ د ١٥]]
زوجي [[عبد المولى]] في السجن
الشرطية [[نسرين]] ساعدتني
ولد عمي [[صهيب]] ضربوه
كلموا الحاجة [[رقية]] بائعة الخبز
l brigadier [[toufiq]] mzyan
wlad lhaj [[thami]] kaydiro li bghaw
mcha 3nd [[mourad]] f la wilaya
telefon [[zero siddha wahed tlata khamsa seb3a]]
drari dyal [[simo]] kaybi3o
""".strip().splitlines()

HARMLESS = """
La police est toujours en retard dans notre quartier.
Les agents sont polis mais ils ne viennent jamais la nuit.
Il faut plus de lumière dans les rues et plus de patrouilles.
J'ai confiance en la police de Casablanca.
Ils demandent de l'argent pour chaque papier.
On attend trois heures au commissariat pour une plainte.
Le quartier est plus sûr depuis deux ans.
Je voudrais que les policiers écoutent les femmes.
Entre 2019 et 2023 la situation a changé.
Il y a 3 ou 4 patrouilles par semaine.
Merci pour ce questionnaire, c'est important.
Ma soeur a peur de sortir le soir.
Le policier était correct et m'a expliqué mes droits.
Les jeunes sont contrôlés sans raison.
Personne ne répond au 19 quand on appelle.
La corruption existe partout, pas seulement dans la police.
Une femme policière m'a bien reçue.
Les voleurs en moto sont le plus grand problème.
Si la police venait plus vite, on se sentirait mieux.
Je ne porte plus plainte, cela ne sert à rien.
The police do not come when we call.
They asked me for 100 dirhams to let me go.
I feel safe during the day but not at night.
Officers should treat women with respect.
The station in Sidi Moumen is too far.
He said nothing and wrote nothing down.
More patrols near the schools would help.
I waited two hours and nobody spoke to me.
It is better than five years ago.
My neighbours do not trust them either.
We need cameras and street lights.
They were polite and quick.
Young men are stopped for no reason.
Nothing changes, whatever we answer here.
الشرطة تصل متأخرة دائما.
أشعر بالأمان في النهار وليس في الليل.
نريد دوريات أكثر قرب المدارس.
تعامل الشرطة مع النساء يجب أن يتحسن.
طلبوا مني المال مقابل الوثيقة.
انتظرت ثلاث ساعات في المركز ولم يستقبلني أحد.
الحي صار أفضل من قبل.
لا أحد يرد على الهاتف.
الرشوة منتشرة في كل مكان.
الشرطي كان محترما وشرح لي حقوقي.
السرقة بالدراجات النارية هي المشكل الكبير.
أتمنى أن يكون التعامل عادلا مع الجميع.
شكرا على هذا الاستطلاع.
أنا راضية عن عمل الشرطة في حينا.
لا أثق في القضاء ولا في الشرطة.
يجب محاسبة من يأخذ الرشوة.
الشباب يوقفون بدون سبب.
نحتاج إلى إنارة في الشوارع.
lboulis makayjiwch mli kan3ayto.
bghina l2aman f l7ouma.
kaytelbo rechwa 3la kol chi.
kan7es b lkhouf f lil.
chwiya 7sen men 9bel.
l3yalat khasshom l2i7tiram.
makayn ta farq, kolchi b7al b7al.
khass kter dyal do f zna9i.
3awnouni mzyan f l commissariat.
wallah ma kanti9 fihom.
""".strip().splitlines()
