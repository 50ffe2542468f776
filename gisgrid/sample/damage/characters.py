"""Characters that are mistaken for one another, and traditional forms, written by hand.

They cover every character of the sample's names that is no numeral.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FORMAL_NUMERALS", "NUMERALS", "SHAPES", "SOUNDS", "TRADITIONAL"]

NUMERALS: Final = frozenset("〇零一二两三四五六七八九十廿百千万亿甲乙丙")
FORMAL_NUMERALS: Final = frozenset("壹贰叁肆伍陆柒捌玖拾佰仟")
# What turns a name into another kind of thing is no slip of the pen.
_STRUCTURE: Final = frozenset("路街巷弄号村镇区市县幢栋室")

# A character, then what looks like it.
_LOOKS: Final = """
安宴妥 丰半羊 乐东兵 东车乐 中申虫 云去会 井并开 产严立 亭亨享停 仓仑会 伏优伙 俊峻竣 元无完
先洗无 光先尧 兰羊关 冈网同 农衣次 利刹和 前煎剪 动劝助 劳荣芳 勤勒勘 包句色 化代花 北比背 华毕桦
南楠献 博搏傅 厅厂斤 原愿源 双仅叉 古右占 台合抬 后石启 向同何 吕品昌 周同固 和利私 唐康庚 商高离
嘉喜壹 园圆团 场扬汤 坊纺妨 坡玻披 坪评呼 垒全叠 堂常党 塔搭培 塘糖溏 墙蔷樯 增曾赠 外处扑 大太犬
太大犬 娄委姜 宁宇守 宅宋定 宏宠弘 定宝宅 家豪冢 封卦挂 小少个 岗冈岚 岚岗风 岭岑铃 岸岩崖 峰烽蜂
川州训 巨臣叵 巷港恭 市布币 帆帜机 平乎苹 年午牛 幸辛圭 庄压床 庆厌厦 庙届庄 庵俺掩 康唐廉 建健延
彭膨澎 徐除途 德得徳 惠忠思 思恩想 成戌咸 戬戳截 文交丈 新薪亲 方访仿 施拖旋 旭旬旮 旺旷枉 昌冒晶
明朋胆 星皇显 春眷泰 晋普亚 晖辉挥 晴睛情 曙署暑 曹槽遭 月用目 朗郎朝 望塑盟 木术本 朱未宋 李季杏
村材衬 杨扬汤 松枞讼 林材琳 枫飒讽 柏拍伯 柳仰抑 桂佳挂 桐铜洞 桥侨轿 梅海悔 梓锌榨 棠裳掌 楼搂数
槐愧魂 樊攀焚 横潢璜 樱婴缨 毛手屯 民良氏 水冰永 永泳水 汇汀江 江汗汪 沈沉忱 沐休汴 沙纱抄 河何诃
泉皋帛 泥呢妮 泰秦奏 泽择译 泾经径 洲州洒 浏刘测 浜兵滨 浦捕埔 润涧闰 涵函涌 清情请 渡度镀 湖糊猢
湾弯恋 溪奚滔 漳障彰 潮湖嘲 澄橙登 火灭伙 灯炉钉 炬拒矩 照昭熙 牌碑脾 玉主王 王玉主 现观视 瑞端喘
甘柑日 田由申 甸句旬 白自日 皮波披 盛盔成 真直具 石右后 碧瑟碌皇 祥洋详 福幅富 禾未采 秀季莠 秋秒愁
秦泰奏 穗稳德 立产位 竹付行 管营菅 红江纤 线浅残 罗岁萝 群郡裙 翔翊翱 翠萃醉 老考孝 联职耿 胜性牲
舟丹母 芙荚英 芷址芯 芸云艺 苑宛怨 草早莫 荷苛何 菊鞠掬 菱陵棱 葛蔼喝 葵癸蔡 蕙穗薏 虎虑虚 虬虹虮
虹虾蚯 行衍竹 街衔衡 裕浴裙 西酉面 角用甬 讴沤抠 许午浒 谷容俗 象像兔 赵超起 路跟露 辉晖挥 辛幸亲
达迈送 进近迸 远近运 连莲迅 通道涌 邓郑劝 里理黑 野墅舒 金全余 钱线钺 银根很 锋蜂逢 锦绵棉 长张去
门问们 闵闪阂 闸闹闭 阁阀阅 阳阴旧 陆陈际 陈陆阵 陵菱睦 隆降窿 雅推稚 雨雪再 霁雯斋 霞霭瑕 青责清
静净争 顾顿颀 饰饬蚀 马鸟乌 高亮尚 黄寅横 黎犁梨 龙尤充 龚袭龛 工土干 业亚並
"""

# Characters that one hears alike in the district: -n and -ng, s and sh, z and zh, c and ch.
_HEARD: Final = """
安岸庵案昂暗 柏白拜摆 浜帮邦班板 包宝保堡 北贝备背 碧璧壁毕必 博波伯泊勃 产仓场昌长苍灿常
曹潮草朝超 成澄陈城诚程辰承 川穿传船 翠脆粹崔 春村纯存淳 大达答搭 德得的 灯邓登等 甸店典电殿
定丁顶鼎 东动冬洞董 渡度杜都 坊帆方樊芳凡范 丰封峰枫锋风凤奉芬 伏福芙富付府 冈岗甘港刚 高皋告
葛阁格歌 龚公宫工恭 古谷顾故固 光管广官关 桂贵规归 涵汉寒函杭 和河禾荷合何 横恒衡亨 宏红虹洪鸿
后厚候侯 湖虎胡户沪葫 化华花画 槐怀淮 黄皇煌环欢 惠晖汇蕙辉会慧徽 火货伙活 霁济季纪际 嘉家佳加
建戬江剑健简蒋 角脚娇交 街接皆界 井晋泾进金锦静京景津 巨炬菊居局聚 俊军君骏 康抗亢刊 葵奎魁
兰岚朗蓝览浪 劳老牢 乐勒 垒磊雷 李立里黎丽利力理 联连莲良梁 岭林菱陵凌灵临玲 柳浏刘流 隆龙珑垄
娄楼漏 路陆鹿露芦 罗洛落 吕绿律 马玛码 毛茂矛 梅美眉 门们孟 庙苗妙 明民闵敏名铭 木沐牧穆 南楠男
泥妮尼 年念粘 宁凝拧 农浓侬 讴欧鸥 牌排派 彭鹏蓬 皮琵批 坪平萍屏苹品 坡泼颇 浦普埔蒲 前墙钱潜强
桥乔侨巧 勤庆晴清秦青琴轻 秋虬丘邱 泉全权 群裙 瑞锐睿 润闰 沙砂纱 商山善伤 沈盛胜升圣森
市思施石饰斯诗世实 松宋颂 曙树书舒 双霜 水穗岁睡 塔踏塌 台太泰 唐堂塘棠潭谭 田甜添 亭厅庭婷
桐通同童 外歪 望湾王旺弯汪 文闻温 溪西夕希 霞夏峡 先向巷现祥线翔象乡香仙 小晓 幸新星行辛心欣兴
秀绣修 徐旭许序绪 雅亚 杨阳扬洋燕 野叶业 樱银英盈颖 永勇咏 玉裕雨郁御宇 元原园苑远源圆 月悦越
云芸运韵 闸扎 宅斋寨 漳张章掌 照赵召兆 泽择 增真珍振曾 梓芷子芝志 中忠钟众 周洲舟州邹 朱竹珠祝
庄装
"""

_SIMPLE: Final = (
    "陆马镇区号银龙桥兰岚云泽润汇宁樱枫湾园岭丰庆辉晖远达阳阁锦霁静华冈东乐产仓农动劳厅双场"
    "垒墙娄庄庙岗戬杨楼罗联胜讴许赵进连邓钱锋长门闵闸陈顾饰龚泾浏灯线红现黄吕业万横"
)
_FULL: Final = (
    "陸馬鎮區號銀龍橋蘭嵐雲澤潤匯寧櫻楓灣園嶺豐慶輝暉遠達陽閣錦霽靜華岡東樂產倉農動勞廳雙場"
    "壘牆婁莊廟崗戩楊樓羅聯勝謳許趙進連鄧錢鋒長門閔閘陳顧飾龔涇瀏燈線紅現黃呂業萬橫"
)

TRADITIONAL: Final = str.maketrans(_SIMPLE, _FULL)
"""For ``str.translate``: simplified characters of the sample's addresses to traditional ones."""


def _alike(groups: dict[str, str]) -> dict[str, str]:
    """Without numerals and words of structure, which would change what is meant."""
    unfit = NUMERALS | FORMAL_NUMERALS | _STRUCTURE
    kept = {one: "".join(c for c in others if c not in unfit) for one, others in groups.items()}
    return {one: others for one, others in kept.items() if others and one not in NUMERALS}


SHAPES: Final = _alike({group[0]: group[1:] for group in _LOOKS.split()})
"""Each character with those that look like it."""

SOUNDS: Final = _alike({c: group.replace(c, "") for group in _HEARD.split() for c in group})
"""Each character with those that sound like it."""
