"""What others say of themselves on data sets that are split alike, and what is to be reached on these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.recommend.measures import Value
from benchmarks.recommend.result import Result
from benchmarks.recommend.task import Task

RECALLED = "as recalled from the paper"
"""Figures to be looked up before they are quoted."""


@dataclass(frozen=True)
class Split:
    """A split that papers use, known by its name and by how many questions it has."""

    name: str
    questions: int
    measures: tuple[str, ...]
    figures: Mapping[str, tuple[float, ...]]
    source: str
    reach: tuple[float, ...]
    reach_without: tuple[float, ...] = ()
    """What is to be reached without learning from the items that settings were chosen by, where that differs."""


SPLITS = (
    Split(
        "diginetica",
        60_858,
        ("P@20", "MRR@20"),
        {
            "Item-KNN": (0.3575, 0.1157),
            "NARM": (0.4970, 0.1617),
            "SR-GNN": (0.5073, 0.1759),
            "TAGNN": (0.5131, 0.1803),
            "GCE-GNN": (0.5422, 0.1904),
            "COTREC": (0.5418, 0.1907),
        },
        f"SR-GNN AAAI 2019, TAGNN and GCE-GNN SIGIR 2020, COTREC CIKM 2021, {RECALLED}",
        (0.5422, 0.1907),
    ),
    Split(
        "retailrocket",
        15_132,
        ("P@20", "MRR@20"),
        {"SR-GNN": (0.5032, 0.2657), "DHCN": (0.5366, 0.2730), "COTREC": (0.5617, 0.2997)},
        f"COTREC CIKM 2021 table 2, {RECALLED}; their training part may differ slightly",
        (0.573, 0.2997),
    ),
    Split(
        "movielens1m",
        6_022,
        ("Recall@20", "NDCG@20"),
        {"NGCF": (0.2513, 0.2511), "LightGCN": (0.2576, 0.2427), "UltraGCN": (0.2787, 0.2642)},
        "UltraGCN's README in RecZoo",
        (0.2787, 0.2674),
    ),
    Split(
        "movielens100k",
        943,
        ("MAP@10", "NDCG@10", "P@10", "Recall@10"),
        {
            "SAR": (0.1106, 0.3825, 0.3308, 0.1764),
            "NCF": (0.1077, 0.3961, 0.3473, 0.1808),
            "BPR": (0.1325, 0.4420, 0.3882, 0.2125),
            "LightGCN": (0.0885, 0.4198, 0.3796, 0.1443),
            "BiVAE": (0.1461, 0.4751, 0.4118, 0.2191),
        },
        "README of recommenders-team/recommenders; another draw of a split of the same kind",
        (0.1495, 0.4823),
    ),
    Split(
        "beauty",
        22_363,
        ("HR@10", "NDCG@10"),
        {
            "SASRec (S3-Rec)": (0.0605, 0.0318),
            "S3-Rec": (0.0647, 0.0327),
            "TIGER": (0.0648, 0.0384),
            "HSTU": (0.0788, 0.0439),
            "DuoRec": (0.0845, 0.0443),
            "SASRec+SS": (0.0921, 0.0531),
            "eSASRec": (0.0928, 0.0523),
        },
        "S3-Rec's repository; eSASRec RecSys 2025",
        (0.0936, 0.0585),
        (0.0928, 0.0531),
    ),
    Split(
        "sports",
        35_598,
        ("HR@10", "NDCG@10"),
        {"S3-Rec": (0.0385, 0.0204), "ActionPiece": (0.0500, 0.0264), "SASRec+SS": (0.0569, 0.0314), "eSASRec": (0.0560, 0.0323)},
        "S3-Rec's repository; eSASRec RecSys 2025",
        (0.0578, 0.0348),
        (0.0569, 0.0323),
    ),
    Split(
        "toys",
        19_412,
        ("HR@10", "NDCG@10"),
        {"S3-Rec": (0.0700, 0.0376), "TIGER": (0.0712, 0.0432), "SASRec+SS": (0.0970, 0.0580), "eSASRec": (0.0939, 0.0538)},
        "S3-Rec's repository; eSASRec RecSys 2025",
        (0.1115, 0.0715),
        (0.0970, 0.0580),
    ),
    Split(
        "yelp",
        30_431,
        ("HR@10", "NDCG@10"),
        {"SASRec": (0.0274, 0.0136), "HGN": (0.0326, 0.0159), "S3-Rec": (0.0341, 0.0168)},
        "S3-Rec's repository",
        (0.0341, 0.0168),
    ),
    Split("lastfm", 1_090, ("HR@10", "NDCG@10"), {"SASRec": (0.0688, 0.0390), "S3-Rec": (0.0743, 0.0427)}, "S3-Rec's repository", (0.0743, 0.0427)),
    Split(
        "completejourney",
        2_403,
        ("Recall@10", "NDCG@10 of all", "PHR@10"),
        {},
        "no paper has this cut; what is to be reached is personal frequency with decay",
        (0.1192, 0.1263, 0.4969),
    ),
)


def split(task: Task) -> Split | None:
    """Return the published split that a task is, by its name and its number of questions."""
    name = task.name.lower().replace("_", "").replace("-", "").replace(" ", "")
    return next((each for each in SPLITS if each.name in name and each.questions == len(task.test)), None)


def results(task: Task) -> list[Result]:
    """Return what was published on this very split."""
    known = split(task)
    if known is None:
        return []
    return [
        Result(name, {measure: Value(value, 0.0) for measure, value in zip(known.measures, values, strict=True)}, published=True)
        for name, values in known.figures.items()
    ]


def limits(task: Task, *, without: bool = False) -> dict[str, str]:
    """Return what is to be reached, by measure; or what is without learning from validation items."""
    known = split(task)
    reach = () if known is None else known.reach_without if without else known.reach
    return {measure: f"≥ {value:.4f}" for measure, value in zip(known.measures, reach, strict=False)} if known else {}
