"""Given names and the commonest family names of the Maghreb, in both scripts; folded as normal.folded does.

Our own list, short on purpose: what it lacks is found by titles, by capitals, and by two people who read.
"""

LATIN = frozenset(
    """
abbas karim ali amine amina reda hind abd abdallah abdel abdelali abdelaziz abdelfattah abdelghani abdelhadi abdelhak
abdelhamid abdelilah abdeljalil abdelkader abdelkarim abdelkrim abdellah abdellatif abdelmajid abdelmalek abdelouahed
abderrahim abderrahmane abdessamad abdeslam abdessalam abdou abir achraf adam adnane ahlam ahmed ahmad aicha aisha
aymane ayman ayoub azeddine aziz aziza badr badreddine bilal bilel bouchra boubaker brahim chaima chaimae chakib
chafik chokri dounia driss idriss ezzedine elhoussine fadoua fadwa faical faisal faouzi farid farida faten fathi
fatiha fatima fatimazahra fatma fouad fouzia ghita ghizlane habib habiba hafid hafida hafsa haitham hajar hakim hakima
halima hamid hamza hanane hanaa hasna hasnaa hassan hassane hatim hayat hedi hicham hisham houcine houda houssam
houssine hussein hosni ibrahim ibtissam ichrak ikram ilham ilyas ilyes imad imane inas ines issam ismail jaafar jalal
jalil jamila jawad jihane kaouthar kamal kamel karima kawtar khadija khaled khalid khalil khaoula lahcen laila leila
latifa lahoucine lamia lamiae larbi layla lotfi loubna maha mahdi mehdi mahmoud malika mariam maryam meryem meriem
marouane marwane miloud mina mohamed mohammed mohammad mhamed mhamed muhammad moncef mounia mounir mounira mourad
moussa mustapha mustafa mostafa nabil nabila nada nadia nadir naima najat najib najia nassim nawal nizar nora
noureddine oumaima oussama osama omar omari oumar othmane rabia rachid rachida rajae ramzi rania redouane rida ridha
rim rkia rokaya saad sabah sabrina safae safia said saida sakina salah salaheddine salim salima salma salwa samia
samir samira samiha sana sanae sara sarah selma siham soufiane soukaina soumaya sofiane tahar tarik tariq taoufik
toufik wafa wahiba wail walid wassim wiam wissal yahya yassine yacine yasmina yassir younes youness yosra youssef
yusuf yousra zahra zakaria zakariae zaineb zineb zouhair alaoui anas houssine houssaine lkbir kebir amrani bennani
benali benjelloun berrada chraibi elidrissi idrissi fassi filali tazi tahiri bouazizi trabelsi gharbi hammami jebali
benabdallah bensaid belhaj boumediene bouteflika mansouri zemmouri naciri sebti lahlou jean pierre michel philippe
sophie nathalie catherine isabelle nicolas thomas david john james robert michael peter
""".split()  # noqa: SIM905 (a list of words is easier to read and to check)
)
ARABIC = frozenset(
    """
احمد محمد محمود مصطفي حسن حسين الحسن الحسين عمر عثمان ابراهيم اسماعيل ادريس يوسف يونس ياسين يحيي زكرياء زكريا خالد
خليل رشيد سمير منير نبيل وليد طارق توفيق هشام حمزه بلال ايوب انس اسامه سفيان صلاح الدين نورالدين عزالدين عبدالله
عبدالرحمان عبدالرحمن عبدالعزيز عبدالكريم عبدالقادر عبدالسلام عبدالحق عبدالاله عبداللطيف عبدالفتاح عبدالمجيد عبدالرحيم
عبدالغني عبدالحميد عبدالواحد عبدالصمد عبدو فاطمه فطومه فاطنه خديجه عايشه مريم زينب سعاد نعيمه نجاه نجات نادره ناديه
ساره سلمي سميره ساميه سناء سهام سكينه سميه حنان حليمه حفيظه حسناء حوريه كوثر لطيفه ليلي لبني مليكه ملاك مني مونيه نزهه
نوال هاجر هند هناء وداد وفاء يسري ياسمين رشيده رقيه ربيعه رحمه رجاء رانيا زهره الزهراء غزلان غيثه فتيحه فدوي فريده
فوزيه شيماء شهرزاد بشري بدر بدرالدين جواد جلال جعفر جيلالي بوشعيب بوعزه بوشري العربي المهدي مهدي مروان مراد ميلود منصف
لحسن لحسين الحبيب حبيب حاتم حميد حفيظ رضوان رمزي زهير ساعد شكيب شفيق شكري صابر عصام عماد عمار علي عيسي فواد فيصل فاروق
فتحي قاسم كمال لطفي المختار مختار موسي معاذ نزار نجيب ناصر نصرالدين هيثم وسيم ياسر زياد غسان عدنان جميله حكيم حكيمه
سليم سليمه سليمان العلوي الادريسي الفاسي التازي بناني براده بنجلون العمراني الفيلالي الناصري الطاهري الطرابلسي الغربي
الهمامي الجبالي المنصوري بوعزيزي بومدين زروال
""".split()  # noqa: SIM905 (as above)
)
# Names that are words as well: removed only beside a title, a word for kin, or another name.
WORDS_TOO = frozenset(
    """
said sabah rida ridha rim hayat najat mina abd salah aziz badr nada sana adam abbas hakim wafa maha nora امل رضا نور
سعيد صباح سلام ايمان جميل جميله شريف صالح كريم عادل امين كمال جمال صلاح الدين وفاء هند مني هناء نجاه رحمه رجاء ملاك
حسن بدر جلال انس علي حكيم حميد ساعد ناصر صابر مختار المختار حبيب الحبيب العربي المهدي زهره سليم سليمه الغربي الناصري
نوال حنان يسري بشري فريده نزهه رشيد
""".split()  # noqa: SIM905 (as above)
)
