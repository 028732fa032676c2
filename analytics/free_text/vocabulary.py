"""The words around a name: titles and kin before it, what never is one, and places that everybody may name.

Folded as normal.folded does. Common nouns that open a sentence or stand in capitals are no names.
"""

# What follows is a name whatever it looks like, unless it is among ORDINARY.
ALWAYS = frozenset(
    """
mr mrs ms mme
mlle monsieur madame mademoiselle lalla moulay mouley sidi hajj hajja lhaj elhaj haj ould weld wld ibn bint smiti
smito smitha smiya m'appelle s'appelle prenomme prenommee nomme nommee denomme named surnamed السيد السيده الانسه سي
سيدي لاله لالا مولاي الحاج الحاجه اسمه اسمها اسمي سميتو سميته المدعو المدعوه المسمي يدعي تدعي ابن بن ابو الاستاذ
الاستاذه الدكتور الدكتوره
""".split()  # noqa: SIM905 (a list of words is easier to read and to check)
)
# What follows is a name where it has a capital, is in the list of names, or in Arabic looks like one.
BEFORE_NAMES = frozenset(
    """
si ben bin ban bent abou abu bou oum umm dr docteur doctor prof professeur officier officer agent sergent sergeant sgt
lieutenant lt capitaine captain capt commandant commander colonel commissaire commissioner inspecteur inspector
detective brigadier caporal corporal adjudant chef caid pacha khalifa moqaddem mokaddem mqeddem mokadem cheikh sheikh
maitre policier policeman policewoman gendarme constable frere soeur fils fille cousin cousine oncle tante voisin
voisine mari femme epouse pere mere brother sister son daughter uncle aunt neighbour neighbor husband wife father
mother friend ami amie qayed qaid bolisi boulisi boliss dabit dabet kumisir komisir boss patron khouya khoya okhti
khti ammi 3ammi 3mmi khali khalti jari jarti sahbi sa7bi sahebti called appele appelee الضابط الضابطه المفتش المفتشه
العميد الملازم النقيب الرايد المقدم القايد الباشا الخليفه الشيخ الشرطي الشرطيه الدركي العون الرقيب العريف الكوميسير
القايد البوليسي رييس ولد بنت ام اخي اختي خويا ختي عمي عمتي خالي خالتي جاري جارتي زوجي زوجتي صديقي صديقتي صاحبي صاحبتي
ابي امي
""".split()  # noqa: SIM905 (as above)
)
# Between the words of one name.
CERTAIN = frozenset(["bin", "ibn", "bint", "ould", "weld", "بن", "ابن"])  # particles that are nothing else
PARTICLES = frozenset(
    [
        "ben",
        "bin",
        "ibn",
        "bint",
        "bent",
        "ould",
        "weld",
        "el",
        "al",
        "abd",
        "abou",
        "abu",
        "bou",
        "oum",
        "بن",
        "ابن",
        "بنت",
        "ولد",
        "ابو",
        "ام",
        "ال",
        "عبد",
    ]
)
# Words that follow a title or open a sentence and are nobody's name.
ORDINARY = frozenset(
    """
le la les l un une des du de d et ou mais donc or ni car que qui quoi dont si ne pas plus il elle on nous vous ils
elles je j tu ce cet cette ces mon ma mes son sa ses notre nos votre vos leur leurs est sont etait etaient a ont avait
a-t-il m'a m s n c qu au aux en dans sur sous par pour avec sans chez vers entre apres avant depuis pendant tres trop
peu bien mal tout tous toute toutes rien personne quelqu'un ici la-bas hier demain aujourd'hui quand comme alors aussi
encore toujours jamais the an and but or nor of in on at by for with without from to into over under is are was were
be been has have had do does did not no yes i i'm i've you he she it we they my your his her its our their this that
these those there here who whom which what when where why how very too much many some any all every nobody somebody
everyone someone anything nothing never always principal general judiciaire municipal local chef adjoint superieur
central charge responsable en-chef police polis boulis m'a m'ont lui nous-memes me te se y kan kanet kano kayn kayna
ma mabghach mabghawch 7it hit walakin bzaf chwiya dyal dial li lli fin fach mnin hada hadi hado الذي التي الذين اللي
كان كانت كانوا هو هي هم في من الي على عن مع لم لا ما قد لن ان انه انها هذا هذه ذلك تلك كل بعض غير قال قالت لي له لها
لهم لنا بعد قبل عند حين عندما حيث ثم او و اما لكن جدا دايما ابدا نفسه نفسها هنا هناك امس اليوم غدا الوزير الرييس العام
المدير الوالي العامل المحترم المحترمه الاعلي الكبير الصغير المسوول المكلف الاول الشرطه الامن جدد جديد يا ايها ايتها لي
بي فيه بها الشباب الحي المدينه جاء جات جا دار دارت مشي مشا جد جده
""".split()  # noqa: SIM905 (as above)
)
# Words with a capital of their own that name nobody.
KNOWN = frozenset(
    """
casablanca casa rabat sale fes fez meknes marrakech marrakesh agadir tanger tangier tetouan oujda kenitra eljadida
safi settat mohammedia nador laayoune dakhla maroc morocco maghrib algerie algeria alger algiers oran constantine
annaba tunisie tunisia tunis sfax sousse bizerte gabes libye libya tripoli benghazi misrata mauritanie mauritania
nouakchott egypte egypt cairo maghreb afrique africa europe france paris anfa maarif sbata bernoussi moumen hassani
othmane derb ghallef sidi hay مومن البرنوصي بليوط ain chock sebaa mers sultan moulay rachid mohammadi benm'sick
belyout fida soukhour police gendarmerie surete nationale etat state government gouvernement roi king ministere
ministry interieur interior dgsn parlement parliament ramadan islam allah dieu god inchallah hamdoulillah english
french arabic arabe francais anglais arabs berber amazigh darija facebook whatsapp internet covid covid-19 tv ok sms
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
october november december lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin
juillet aout septembre octobre novembre decembre i i'm i've i'd i'll mr mrs ms mme mlle monsieur madame dr officer
inspector
""".split()  # noqa: SIM905 (as above)
)
NUMBER_WORDS = frozenset(
    """
zero un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente
quarante cinquante soixante quatre-vingt quatre-vingts one two three four five seven eight nine ten eleven twelve
thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
hundred double triple oh wahed wa7ed jouj joj zouj tlata tlatha reb3a rab3a khamsa khmsa setta stta seb3a sb3a tmenya
tmnya tes3ud tes3oud ts3ud sifr صفر واحد اثنان اثنين جوج زوج ثلاثه تلاته اربعه ربعه خمسه سته سبعه ثمانيه تمنيه تسعه
تسعود عشره
""".split()  # noqa: SIM905 (as above)
)
