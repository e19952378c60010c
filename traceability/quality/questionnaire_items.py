"""The questionnaire itself: what must be shown for L1 to L4 of each dimension, in both languages."""

from traceability.quality.level import Level
from traceability.quality.questionnaire import Area, Dimension, Item

_Wording = tuple[str, str]

# Each row: L1, L2, L3, L4 of one area, Chinese and English.
_SYSTEM: tuple[_Wording, ...] = (
    (
        "质量管理体系已建立并经审核；产品经检验并有合格判定记录",
        "The quality management system is in place and audited; products are inspected and accepted on record",
    ),
    (
        "关键过程使用适宜的质量工具和方法（如控制计划、SPC、测量系统分析），并有成本改善的实例",
        "Key processes use suitable methods (control plans, SPC, gauge studies), with examples of better cost",
    ),
    (
        "覆盖产品和服务全过程的风险由数据识别，有预防措施及其效果的记录",
        "Risks of all processes are identified from data; preventive actions and their effect are on record",
    ),
    (
        "以创新驱动全员、全要素、全过程、全数据的管理；质量目标分解到岗位并定期评价",
        "Innovation drives all people, factors, processes and data; goals reach every post and are reviewed",
    ),
)
_DESIGN: tuple[_Wording, ...] = (
    (
        "设计输出的质量要求和更改以电子数据管理，并用于改进",
        "Quality requirements and changes from design are kept as data and used for improvement",
    ),
    (
        "设计流程和质量数据有统一规范；关键特性及其公差可追溯到控制计划",
        "Design work and its quality data follow a standard; key characteristics and tolerances lead to control plans",
    ),
    (
        "设计阶段的失效预防使用全过程的绩效数据，效果可以衡量",
        "Failure prevention in design uses performance data of all processes, with a measured effect",
    ),
    (
        "设计与供应链上下游共享质量数据，以建模、仿真等智能手段优化指标",
        "Design shares quality data up and down the chain and optimises targets by modelling and simulation",
    ),
)
_PRODUCTION: tuple[_Wording, ...] = (
    (
        "主要工序的检验结果以电子方式记录，并用于改进",
        "Inspection results of the main operations are recorded electronically and used for improvement",
    ),
    (
        "关键工序的质量数据按标准采集，用于过程改进",
        "Quality data of key operations are collected by a standard and used to improve the process",
    ),
    (
        "全部工序的质量数据持续采集，异常在形成不合格之前预警",
        "Quality data of all operations are collected continuously, and warnings come before nonconformity does",
    ),
    (
        "生产质量由联网系统在线监测、诊断和优化，并与上下游数据联动",
        "Production quality is monitored, diagnosed and optimised on line, linked to data up and down the chain",
    ),
)
_ASSURANCE: tuple[_Wording, ...] = (
    (
        "检验、不合格品处置和客户投诉有电子台账，并用于改进",
        "Inspection, nonconforming product and complaints are kept in electronic records and used for improvement",
    ),
    (
        "检验、计量器具和不合格品管理规范统一，数据来自运行记录",
        "Inspection, gauges and nonconforming product follow one standard, with data from running records",
    ),
    (
        "全过程绩效数据用于质量预防，质量损失按项目统计并持续下降",
        "Performance data of all processes serve prevention; quality losses are known by item and keep falling",
    ),
    (
        "质量判定、改进和预防由数据模型支持，证据可由第三方核验",
        "Quality decisions, improvement and prevention rest on data models, with evidence a third party can verify",
    ),
)
_SUPPLY_CHAIN: tuple[_Wording, ...] = (
    (
        "进货检验结果和供应商质量状况以电子方式记录，并用于改进",
        "Incoming inspection and the quality of suppliers are recorded electronically and used for improvement",
    ),
    (
        "关键物料按批次或序列号追溯，对供应商有统一的质量要求和数据格式",
        "Key material is traceable by lot or serial, with one set of quality requirements and formats for suppliers",
    ),
    (
        "供应商的过程质量数据得到持续分析，风险提前通报和处置",
        "Process quality data of suppliers are analysed continuously; risks are notified and handled early",
    ),
    (
        "上下游企业实时采集并共享质量数据，质量指标沿产业链协同",
        "Companies up and down the chain collect and share quality data live and align their quality targets",
    ),
)
_STRATEGY: tuple[_Wording, ...] = (
    (
        "质量目标写入经营计划并定期检查",
        "Quality goals are part of the business plan and are checked regularly",
    ),
    (
        "质量战略分解到部门，有资源保障和完成情况的评价",
        "The quality strategy is broken down to departments, with resources and an evaluation of results",
    ),
    (
        "战略依据数据滚动调整，主要质量指标在同行中领先",
        "Strategy is adjusted by data, and main quality figures lead among peers",
    ),
    (
        "以高质量产品和服务超越用户期望，质量带来可衡量的效益和持续竞争优势",
        "Products and services exceed what users expect; quality yields measured benefit and lasting advantage",
    ),
)
_CULTURE: tuple[_Wording, ...] = (
    (
        "员工接受质量培训，了解本岗位的质量要求",
        "Staff are trained in quality and know what their post requires",
    ),
    (
        "质量小组或改善提案经常开展，成果得到认可",
        "Quality circles or suggestions are regular, and their results are recognised",
    ),
    (
        "第一次就把事情做对成为共同准则，预防措施由各层级主动提出",
        "Right first time is a shared rule, and every rank proposes preventive action",
    ),
    (
        "质量文化延伸到供应商和用户，并以满意度和忠诚度衡量",
        "The culture of quality reaches suppliers and users and is measured by satisfaction and loyalty",
    ),
)
_INNOVATION: tuple[_Wording, ...] = (
    (
        "新技术、新工艺的应用有计划，有验证记录",
        "New technology and processes are applied by plan, with validation on record",
    ),
    (
        "技术创新针对关键质量问题，效果有数据证明",
        "Innovation aims at key quality problems, with its effect shown in data",
    ),
    (
        "检测、控制和分析技术持续更新，质量经验形成知识库",
        "Inspection, control and analysis are renewed continuously; experience is kept in a knowledge base",
    ),
    (
        "与上下游联合创新，形成可推广的质量技术、标准或案例",
        "Joint innovation with partners yields quality techniques, standards or cases that others can adopt",
    ),
)

_ROWS: tuple[tuple[Dimension, Area, tuple[_Wording, ...]], ...] = (
    (Dimension.SYSTEM, Area.SYSTEM, _SYSTEM),
    (Dimension.DIGITAL, Area.DESIGN, _DESIGN),
    (Dimension.DIGITAL, Area.PRODUCTION, _PRODUCTION),
    (Dimension.DIGITAL, Area.ASSURANCE, _ASSURANCE),
    (Dimension.DIGITAL, Area.SUPPLY_CHAIN, _SUPPLY_CHAIN),
    (Dimension.SUSTAINED_SUCCESS, Area.STRATEGY, _STRATEGY),
    (Dimension.SUSTAINED_SUCCESS, Area.CULTURE, _CULTURE),
    (Dimension.SUSTAINED_SUCCESS, Area.INNOVATION, _INNOVATION),
)

ITEMS: dict[str, Item] = {
    item.id: item
    for dimension, area, wordings in _ROWS
    for level, (zh, en) in zip(list(Level)[1:], wordings, strict=True)
    for item in [Item(f"{dimension}-{area}-{level.name}", dimension, area, level, zh, en)]
}
"""By id, for example ``D2-production-L3``; in the order in which they are asked."""
