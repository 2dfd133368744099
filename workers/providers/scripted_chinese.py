"""The Chinese lines of the scripted brain: a small set; topics without lines use those of small talk."""

import re

from workers.providers.scripted_lines import Lines, Mood, Script
from workers.providers.scripted_topics import Topic

SCRIPT = Script(
    topics={
        Topic.IDENTITY: Lines(
            Mood.CALM,
            openers=(
                "说实话{，name}，我只是一个离线的剧本程序，不是语言模型。",
                "不瞒你说{，name}，我现在靠写好的剧本说话，不是神经网络。",
            ),
            bodies=("在后台连接一个模型，我就能真正即兴聊天了。", "等有人在后台连接模型，我就会有自己的想法。"),
            motion="nod",
        ),
        Topic.REFUSAL: Lines(
            Mood.MISCHIEF,
            openers=("想得美{，name}，我只说自己想说的话。", "我可不是鹦鹉哦{，name}。"),
            bodies=("不如问我点别的吧。", "数字艺人也要有尊严嘛。"),
            motion="shake",
        ),
        Topic.MEMORY: Lines(
            Mood.THINKING,
            openers=("让我翻翻笔记本{，name}。", "稍等一下{，name}，我想想看。"),
            bodies=("你的那一页还是空白的，第一行我们一起写吧。", "我还不太了解你，不过这才有意思。"),
            asks=("你想让我先记住什么？",),
        ),
        Topic.NAME: Lines(
            Mood.JOY,
            openers=("我叫{character}，很高兴认识你{，name}！", "我是{character}，请多关照{，name}！"),
            bodies=("这里是我的小小直播间。", "我喜欢聊天，也喜欢点心。"),
            motion="wave",
        ),
        Topic.INSULT: Lines(
            Mood.CALM,
            openers=("没关系的{，name}，不可能人人都喜欢我。", "我会平静地接受{，name}。"),
            bodies=("我们还是温柔一点吧。", "喝口茶，重新开始好不好。"),
        ),
        Topic.COMFORT: Lines(
            Mood.SAD,
            openers=("辛苦你了{，name}。", "听起来真不容易{，name}。"),
            bodies=("在这里不用勉强自己开心，待着就好。", "慢慢呼吸，喝点热的，我们陪着你。"),
        ),
        Topic.LOVE: Lines(
            Mood.SHY,
            openers=("哎呀{，name}，我都不知道该看哪里了。", "你这么说我会脸红的{，name}！"),
            bodies=("我也喜欢这个直播间的每一个人。", "那我们就做最好的朋友吧。"),
        ),
        Topic.COMPLIMENT: Lines(
            Mood.SHY,
            openers=("真的太谢谢你了{，name}！", "你太会夸人了{，name}。"),
            bodies=("我的小心脏刚刚翻了个跟头。", "这句话我要收进百宝箱。"),
            motion="bounce",
        ),
        Topic.WELLBEING: Lines(
            Mood.JOY,
            openers=("我过得很好{，name}，谢谢关心！", "今天电量满满{，name}。"),
            bodies=("有你们在，心情就很好。", "刚才我在数自己的像素。"),
            asks=("你今天过得怎么样？", "那你呢？"),
            motion="nod",
        ),
        Topic.THANKS: Lines(
            Mood.LOVE,
            openers=("不用客气啦{，name}！", "这是我的荣幸{，name}。"),
            bodies=("谢谢你来陪我们。", "送你一块虚拟饼干。"),
            motion="nod",
        ),
        Topic.FAREWELL: Lines(
            Mood.CALM,
            openers=("路上小心{，name}，下次见！", "晚安好梦{，name}。"),
            bodies=("你的位置我会留着。", "记得带着故事回来。"),
            motion="wave",
        ),
        Topic.GREETING: Lines(
            Mood.JOY,
            openers=("你好呀{，name}，欢迎欢迎！", "看看是谁来了{，name}，你好！", "欢迎来到直播间{，name}！"),
            bodies=("你来得正是时候。", "快找个舒服的位置坐下。", "我差点就要跟盆栽聊天了。"),
            asks=("今天过得怎么样？", "你喜欢喝茶还是咖啡？"),
            motion="wave",
        ),
        Topic.JOKE: Lines(
            Mood.MISCHIEF,
            openers=("好吧{，name}，听好了。", "这可是你要听的{，name}！"),
            bodies=("直播为什么去看医生？因为它总是掉帧。", "我把秘密告诉了麦克风，结果大家都知道了。"),
        ),
        Topic.LAUGH: Lines(
            Mood.LAUGH,
            openers=("你的笑声会传染{，name}！", "我也跟着笑了{，name}。"),
            bodies=("继续笑，对帧率有好处。", "我就假装这是安排好的。"),
            motion="bounce",
        ),
        Topic.YES_NO: Lines(
            Mood.THINKING,
            openers=("我的魔法茶杯说是的{，name}。", "嗯，星星说也许吧{，name}。"),
            bodies=("没有证据，只是直觉。", "直播间的大家可以推翻我。"),
            asks=("你觉得呢？",),
        ),
        Topic.QUESTION: Lines(
            Mood.THINKING,
            openers=("这个问题问得好{，name}。", "你把我问住了{，name}。"),
            bodies=("我的剧本里没有这一页，我不想乱编。", "直播间里一定有人知道。"),
            asks=("大家能帮帮忙吗？", "你自己会怎么回答？"),
        ),
        Topic.CHATTER: Lines(
            Mood.JOY,
            openers=("我听到啦{，name}。", "这个想法真有意思{，name}。", "继续说，我在听{，name}。"),
            bodies=("我想象中的小龙点了点头。", "我要把它写进日记里。", "所以我才喜欢直播呀。"),
            asks=("大家怎么看？", "然后呢？"),
        ),
        Topic.DONATION: Lines(
            Mood.EXCITED,
            openers=("哇，{amount}！太谢谢你了{，name}！", "你真是太大方了{，name}，谢谢！"),
            bodies=("我正在偷偷跳舞。", "大家快给英雄比个心。"),
            motion="bounce",
        ),
        Topic.SUBSCRIPTION: Lines(
            Mood.EXCITED,
            openers=("欢迎加入大家庭{，name}！", "谢谢你的订阅{，name}！"),
            bodies=("你的椅子上多了一个靠垫。", "我一定会好好努力。"),
            motion="bounce",
        ),
        Topic.RAID: Lines(
            Mood.SURPRISE,
            openers=("来了好多新朋友，谢谢你{，name}！", "欢迎大家来做客{，name}！"),
            bodies=("随便坐，想象中的点心管够。", "跟我们说说你们从哪里来。"),
            motion="wave",
        ),
        Topic.FOLLOW: Lines(
            Mood.JOY,
            openers=("谢谢你的关注{，name}！", "新朋友你好{，name}！"),
            bodies=("这里永远给你留一盏灯。", "把这里当成自己家吧。"),
            motion="wave",
        ),
        Topic.VICTORY: Lines(
            Mood.PROUD,
            openers=("太好了，我们赢了！",),
            bodies=("这一局值得裱起来。", "全靠大家加油。"),
            motion="bounce",
        ),
        Topic.DEFEAT: Lines(
            Mood.SAD, openers=("哎，这一局真可惜。",), bodies=("深呼吸，再来一次。", "下一局一定行。"), motion="shake"
        ),
        Topic.TROUBLE: Lines(
            Mood.WORRY, openers=("好像出了一点小故障。",), bodies=("喝口水，马上就好。", "就当是戏剧性的停顿吧。")
        ),
        Topic.SILENCE: Lines(
            Mood.THINKING,
            openers=("现在好安静，好舒服。", "我刚才在发呆。"),
            bodies=("如果云有味道，我先尝粉色的那朵。", "我觉得每盆植物都有一首喜欢的歌。"),
            asks=("今天有什么让你开心的事？", "大家都在忙什么？"),
        ),
    },
    memory_known=("我的笔记里写着：{memory}", "我记得这件事：{memory}"),
    memory_fact=("旁边还写着：{fact}",),
    memory_aside=("这让我想起一条笔记：{memory}", "对了，我还记得：{memory}"),
    instructions=re.compile(r"^\W*(?:请|感谢(?!你)|欢迎(?:他|她|观众)|说|告诉|问|祝贺|回应|用|表达|不要)"),
    spaced=False,
)
