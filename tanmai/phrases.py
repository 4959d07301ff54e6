"""Phrases of reports that other packages write in English, in Chinese."""

from __future__ import annotations

from typing import Final

from tanmai.words import Language

PHRASES: Final[dict[str, str]] = {
    # titles of import reports
    "Flows counted as greenhouse gases": "计为温室气体的流",
    "Flows that look like greenhouse gases and are not counted": "疑似温室气体但未计入的流",
    "What inputs and outputs are linked to": "输入与输出的链接情况",
    "Flows with several producers; the lowest identifier was taken": "有多个生产过程的流（已取标识符最小者）",
    "Flows that no process of the package supplies or treats": "数据包内无过程供应或处理的流",
    "Allocation factors kept as statements": "仅作为陈述保留的分配因子",
    "Units whose factor in the package differs from ours; the package's factor is used for its amounts": (
        "换算系数与自带单位表不一致的单位（该数据包的数量按其自身系数换算）"
    ),
    "What the table holds": "表中内容",
    # columns
    "category": "类别",
    "exchanges": "交换数",
    "factors": "因子数",
    "flow": "流",
    "flows": "流的个数",
    "gas": "气体",
    "identifier": "标识符",
    "kind": "种类",
    "known unit": "自带单位",
    "made as co-product by": "作为共生产品产出的过程数",
    "method": "方法",
    "multiplier here": "数据包系数",
    "multiplier known": "自带系数",
    "name": "名称",
    "names": "指向",
    "others": "其余候选",
    "outcome": "结果",
    "processes": "过程数",
    "relative difference": "相对差",
    "side": "方向",
    "taken": "选用",
    "unit": "单位",
    # cells
    "input": "输入",
    "output": "输出",
    "inputs": "输入",
    "outputs": "输出",
    "product": "产品",
    "waste": "废物",
    "no product": "未指明产品",
    "product, one exchange": "指明产品的单个交换",
    "no product, one exchange": "未指明产品的单个交换",
    "linked by the default provider": "按数据指定的供应过程链接",
    "linked by a default provider that has another reference flow": "指定的供应过程以其他流为参考流",
    "default provider not in the package": "指定的供应过程不在数据包内",
    "linked by the only process with that reference flow": "按唯一的同参考流过程链接",
    "linked to the lowest identifier of several processes": "多个候选过程中取标识符最小者",
    "unlinked": "未链接",
    "co-products beside the reference": "参考产品之外的共生产品",
    "coefficients": "消耗系数",
    "energy sectors": "能源部门",
    "kinds of emission": "排放种类",
    "sectors": "部门",
    # uncertain numbers, and how they were drawn
    "exchange amount": "数量",
    "emission factor": "排放因子",
    "mass of gas in a factor": "因子中的气体质量",
    "gauss-seidel": "逐次抽样求解（Gauss-Seidel）",
    "fixed supply chain": "供应链固定，仅排放变化",
    # what commands tell of themselves
    "store": "存储",
    "datasets_changed": "更新的数据集",
    "generation": "版本代",
    "path": "文件",
    "statements": "语句数",
    "format": "格式",
    "backup": "备份",
    "clients": "客户端",
    "partners": "伙伴",
    "targets": "通知目标",
    "events": "事件",
    "requests": "请求",
    "out": "输出",
    "cutoffs": "截断项",
    "cutoffs_out": "截断项表",
    "products": "产品数",
}


def phrase(text: str, lang: Language) -> str:
    """Return a phrase in the language; one that is not known stays as it is (names of flows, numbers)."""
    return PHRASES.get(text, text) if lang == "zh" else text
