"""Industries and regions by their official codes: GB/T 4754-2017 (divisions of manufacturing) and GB/T 2260."""

import re

from hub.tabular.words import Words

_INDUSTRY = re.compile(r"[A-T]?([0-9]{2})[0-9]{0,2}")
_REGION = re.compile(r"([0-9]{2})(?:[0-9]{2}){0,2}")

INDUSTRIES: dict[str, Words] = {
    "13": Words("Processing of agricultural food", "农副食品加工业"),
    "14": Words("Food", "食品制造业"),
    "15": Words("Liquor, beverages and refined tea", "酒、饮料和精制茶制造业"),
    "16": Words("Tobacco", "烟草制品业"),
    "17": Words("Textiles", "纺织业"),
    "18": Words("Clothing", "纺织服装、服饰业"),
    "19": Words("Leather, fur, feathers and footwear", "皮革、毛皮、羽毛及其制品和制鞋业"),
    "20": Words("Wood, bamboo, rattan, palm and straw products", "木材加工和木、竹、藤、棕、草制品业"),
    "21": Words("Furniture", "家具制造业"),
    "22": Words("Paper", "造纸和纸制品业"),
    "23": Words("Printing and recorded media", "印刷和记录媒介复制业"),
    "24": Words("Articles for culture, education, art, sport and entertainment", "文教、工美、体育和娱乐用品制造业"),
    "25": Words("Petroleum, coal and other fuels", "石油、煤炭及其他燃料加工业"),
    "26": Words("Chemicals", "化学原料和化学制品制造业"),
    "27": Words("Pharmaceuticals", "医药制造业"),
    "28": Words("Chemical fibres", "化学纤维制造业"),
    "29": Words("Rubber and plastics", "橡胶和塑料制品业"),
    "30": Words("Non-metallic mineral products", "非金属矿物制品业"),
    "31": Words("Smelting and rolling of ferrous metals", "黑色金属冶炼和压延加工业"),
    "32": Words("Smelting and rolling of non-ferrous metals", "有色金属冶炼和压延加工业"),
    "33": Words("Metal products", "金属制品业"),
    "34": Words("General-purpose machinery", "通用设备制造业"),
    "35": Words("Special-purpose machinery", "专用设备制造业"),
    "36": Words("Automobiles", "汽车制造业"),
    "37": Words("Railway, ships, aerospace and other transport", "铁路、船舶、航空航天和其他运输设备制造业"),
    "38": Words("Electrical machinery", "电气机械和器材制造业"),
    "39": Words("Computers, communication and electronics", "计算机、通信和其他电子设备制造业"),
    "40": Words("Instruments", "仪器仪表制造业"),
    "41": Words("Other manufacturing", "其他制造业"),
    "42": Words("Use of waste resources", "废弃资源综合利用业"),
    "43": Words("Repair of metal products, machinery and equipment", "金属制品、机械和设备修理业"),
}
REGIONS: dict[str, Words] = {
    "11": Words("Beijing", "北京"),
    "12": Words("Tianjin", "天津"),
    "13": Words("Hebei", "河北"),
    "14": Words("Shanxi", "山西"),
    "15": Words("Inner Mongolia", "内蒙古"),
    "21": Words("Liaoning", "辽宁"),
    "22": Words("Jilin", "吉林"),
    "23": Words("Heilongjiang", "黑龙江"),
    "31": Words("Shanghai", "上海"),
    "32": Words("Jiangsu", "江苏"),
    "33": Words("Zhejiang", "浙江"),
    "34": Words("Anhui", "安徽"),
    "35": Words("Fujian", "福建"),
    "36": Words("Jiangxi", "江西"),
    "37": Words("Shandong", "山东"),
    "41": Words("Henan", "河南"),
    "42": Words("Hubei", "湖北"),
    "43": Words("Hunan", "湖南"),
    "44": Words("Guangdong", "广东"),
    "45": Words("Guangxi", "广西"),
    "46": Words("Hainan", "海南"),
    "50": Words("Chongqing", "重庆"),
    "51": Words("Sichuan", "四川"),
    "52": Words("Guizhou", "贵州"),
    "53": Words("Yunnan", "云南"),
    "54": Words("Tibet", "西藏"),
    "61": Words("Shaanxi", "陕西"),
    "62": Words("Gansu", "甘肃"),
    "63": Words("Qinghai", "青海"),
    "64": Words("Ningxia", "宁夏"),
    "65": Words("Xinjiang", "新疆"),
    "71": Words("Taiwan", "台湾"),
    "81": Words("Hong Kong", "香港"),
    "82": Words("Macao", "澳门"),
}
ALL_INDUSTRIES = Words("all industries", "全部行业")
ALL_REGIONS = Words("all regions shown", "所列全部地区")
OTHER_REGIONS = Words("other regions", "其他地区")


def division_of(industry: str) -> str:
    """The two digits of the division, of a code like C3411, C34 or 34; empty for anything else."""
    found = _INDUSTRY.fullmatch(industry.strip().upper())
    return found[1] if found else ""


def province_of(region: str) -> str:
    """The two digits of the province, of a code like 310115, 3101 or 31; empty for anything else."""
    found = _REGION.fullmatch(region.strip())
    return found[1] if found else ""


def industry_words(division: str) -> Words:
    """The name with its code."""
    words = INDUSTRIES.get(division, Words("Industry", "行业"))
    return Words(f"{words.en} ({division})", f"{words.zh}（{division}）") if division else ALL_INDUSTRIES


def region_words(province: str, *, rest: bool = False) -> Words:
    """The name; the code where the program knows none."""
    if rest:
        return OTHER_REGIONS
    return REGIONS.get(province, Words(province, province)) if province else ALL_REGIONS
