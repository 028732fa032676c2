"""What leaves the custodian: nobody is singled out by what others know, nor by weight, stratum, path or order."""

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.foreign import load, read_mapping
from analytics.indicators.wave_weights import weight_given
from analytics.protected.anonymity import Row
from analytics.protected.answers import Gap, alike, dependents, withhold
from analytics.protected.codebook_labels import table
from analytics.protected.design_masks import coarse_psus, coarse_strata
from analytics.protected.protection import Protected, ProtectionError, Rule, key_rows, smallest_class
from analytics.protected.recoding import ladder
from analytics.protected.risk import changes
from analytics.publish import responses
from survey_app.engine import parse
from survey_app.instrument import Instrument
from survey_app.storage.database import connect, migrate

from .people import Field, field_of

GOLDEN = Path(__file__).parents[2] / "golden"
K = 5


@pytest.fixture(scope="module")
def field(instrument: Instrument) -> Field:
    return field_of(instrument)


@pytest.fixture(scope="module")
def done(field: Field) -> Protected:
    return field.protected()


def by_text(done: Protected) -> list[bool]:
    """What anybody sees in the file: no question that texts leave out was asked."""
    return [value is Gap.NOT_ASKED for value in done.data["contact12"]]


def test_k_people_share_keys_wave_stratum_path_and_weight(done: Protected) -> None:
    keys = key_rows(done.data, done.keys)
    known = zip(done.data["wave"], done.data["stratum"], by_text(done), done.data["weight"], keys, strict=True)
    assert min(Counter(known).values()) >= K
    assert smallest_class(done.data, done.keys) >= K
    assert {"area", "sex", "age", "education"} == set(done.keys)


def test_a_register_of_everybody_singles_out_nobody(field: Field, done: Protected) -> None:
    """The attacker knows area, sex, age, education and the path of all who took part, and that they did."""
    coarse = field.frame[list(done.keys)].copy()
    for recoding in done.recodings:
        coarse[recoding.variable] = recoding.of(coarse[recoding.variable])
    found, right = [], 0
    file = list(zip(done.data["wave"], by_text(done), key_rows(done.data, done.keys), strict=True))
    classes: dict[tuple[str, bool, Row], list[int]] = defaultdict(list)
    for number, each in enumerate(file):
        classes[each].append(number)
    place = {int(source): number for number, source in enumerate(done.source)}
    for person in range(0, len(field.frame), 7):
        mode = field.frame["mode"][person] != "web"
        truth = tuple(str(value) for value in coarse.iloc[person])
        fitting = [
            number
            for (wave, path, row), members in classes.items()
            if wave == field.frame["wave"][person] and path == mode
            if all(
                seen in ("*", "\x00not_asked", "\x00passed_over", known) for seen, known in zip(row, truth, strict=True)
            )
            for number in members
        ]
        found.append(len(fitting))
        right += place[person] in fitting
    assert min(found) >= K
    assert right == len(found)


def test_two_copies_differ_in_order_and_labels_and_in_nothing_else(field: Field, done: Protected) -> None:
    other = field.protected(seed=2)
    mine, theirs = (each.data.assign(source=each.source).sort_values("source") for each in (done, other))
    for name in (*done.variables, "weight", "wave"):
        assert mine[name].tolist() == theirs[name].tolist(), name
    assert done.source.tolist() != other.source.tolist()
    assert mine["psu"].tolist() != theirs["psu"].tolist()
    again = field.protected()
    assert again.data.equals(done.data)


def test_open_text_and_paradata_never_leave(done: Protected) -> None:
    assert not {"comment", "mode", "language", "entry", "hurried", "id"} & set(done.data.columns)
    assert "comment" in done.dropped
    assert "nobody" not in done.data.to_csv()


def test_paradata_that_is_asked_for_becomes_a_key(field: Field) -> None:
    more = field.protected(Rule(extra=("language",)))
    assert more.keys[-1] == "language"
    assert smallest_class(more.data, more.keys) >= K


def test_k_people_are_alike_among_those_who_came_by_text_too(field: Field, instrument: Instrument) -> None:
    """Education was asked of all, so that no key tells the path; the other questions that texts leave out do."""
    form = instrument.questionnaire
    items = tuple(replace(item, by_text=item.by_text or item.name == "education") for item in form.items)
    random = np.random.default_rng(2)
    frame = field.frame.assign(education=random.choice(["none", "higher"], len(field.frame)))
    done = replace(field, frame=frame, forms=dict.fromkeys(field.forms, replace(form, items=items))).protected()
    assert 20 < sum(by_text(done)) < len(frame) / 2
    known = zip(done.data["wave"], done.data["stratum"], by_text(done), key_rows(done.data, done.keys), strict=True)
    assert min(Counter(known).values()) >= K


def test_what_is_withheld_takes_along_what_tells_it(field: Field, done: Protected) -> None:
    forms = list(field.forms.values())
    assert dependents(forms, "contact12") >= {"contact_kind", "contact_sat", "bribe"}
    assert "why_not" in dependents(forms, "victim12")  # at two removes
    data = done.data.copy()
    rows = np.zeros(len(data), dtype=bool)
    rows[:40] = True
    withhold(data, "victim12", rows, forms)
    for name in ("victim12", "reported", "why_not"):
        assert all(value is Gap.WITHHELD for value in data[name][:40])
        assert data[name][40:].tolist() == done.data[name][40:].tolist()


def test_an_item_for_one_sex_tells_no_sex_that_is_withheld(field: Field, instrument: Instrument) -> None:
    form = instrument.questionnaire
    items = tuple(
        replace(item, relevant=parse("${sex} = 'woman'"), by_text=True) if item.name == "fair_gender" else item
        for item in form.items
    )
    women = field.frame["sex"] == "woman"
    asked = replace(field, frame=field.frame.assign(fair_gender=pd.Series(["same"] * len(women)).where(women, None)))
    done = replace(asked, forms=dict.fromkeys(field.forms, replace(form, items=items))).protected(Rule(recodings=1))
    hidden = done.data["sex"] == Gap.WITHHELD
    assert hidden.any()
    assert set(done.data.loc[hidden, "fair_gender"]) == {Gap.WITHHELD}


def test_an_item_for_one_area_is_left_out_once_areas_are_coarser(field: Field, instrument: Instrument) -> None:
    form = instrument.questionnaire
    items = tuple(
        replace(item, relevant=parse("${area} = '06.141.01.53'")) if item.name == "fair_gender" else item
        for item in form.items
    )
    done = replace(field, forms=dict.fromkeys(field.forms, replace(form, items=items))).protected()
    assert any(each.variable == "area" for each in done.recodings)
    assert "fair_gender" not in done.data
    assert "area" in done.dropped["fair_gender"]


def test_a_sensitive_answer_that_a_whole_class_gave_is_withheld(instrument: Instrument) -> None:
    field = field_of(instrument, 300)
    same = replace(field, frame=field.frame.assign(excess_force=field.frame["excess_force"].map(lambda v: v and "5")))
    done = same.protected()
    assert done.alike_rows["excess_force"] > 0
    assert "5" not in set(done.data["excess_force"])  # everywhere all alike
    mixed = field.protected()
    for _, rows in mixed.data.groupby(mixed.classes):
        told = set(map(repr, rows["excess_force"]))
        assert len(told) > 1 or isinstance(rows["excess_force"].iloc[0], Gap)


def test_alike_is_of_answers_and_not_of_gaps() -> None:
    answers = pd.Series(["5", "5", Gap.NOT_ASKED, Gap.NOT_ASKED, "1", "5", "dk", "dk"], dtype=object)
    classes = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    assert alike(answers, classes).tolist() == [True, True, False, False, False, False, True, True]


def test_strata_cut_no_shown_area_and_psus_of_a_few_are_joined() -> None:
    strata = coarse_strata([*"aabbcc"], ["x", "x", "x", "y", "z", "z"], ["w"] * 6, [""] * 6, 2)
    assert strata[0] == strata[2] == strata[3]
    assert strata[4] == strata[5] != strata[0]
    small = coarse_strata([*"aaaabc"], [*"xxxxyz"], ["w"] * 6, [""] * 6, 3)
    assert len(set(small.tolist())) == 1
    psus = coarse_psus(np.array([0, 0, 0, 1, 1, 2, 3, 3, 3]), np.zeros(9, np.int64), ["w"] * 9, 3)
    assert Counter(psus.tolist())[psus[3]] == 5
    assert psus[5] == 2  # alone, and so no group
    assert psus[0] != psus[6] or psus[0] == psus[3]


def test_a_frames_small_psus_and_places_do_not_show(field: Field) -> None:
    frame = field.frame.assign(
        weight=1.0,
        stratum=field.frame["area"].astype(str),
        psu=[f"{area} {number % 9}" for number, area in enumerate(field.frame["area"])],
    )
    done = replace(field, frame=frame, design=weight_given(frame).design).protected(Rule(k=6))
    sizes = done.data.groupby(["wave", "psu"]).size()
    of_psu = done.data.groupby("psu").size()
    assert all(
        size >= 6 for psu, size in zip(sizes.index.get_level_values("psu"), sizes, strict=True) if of_psu[psu] > 1
    )
    assert done.data["psu"].between(1, done.data["psu"].nunique()).all()
    assert (done.data.groupby("psu")["stratum"].nunique() == 1).all()
    assert smallest_class(done.data, done.keys) >= 6


def test_a_survey_of_others_keeps_its_design_under_new_numbers(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/thiqa.sqlite3")
    migrate(engine)
    survey = read_mapping(GOLDEN / "mappings" / "trust.toml")
    load(engine, survey, GOLDEN / "rsurvey" / "trust.csv")
    frame, waves = responses(engine)
    engine.dispose()
    forms = {wave.id: wave.questionnaire for wave in waves}
    design = weight_given(frame).design
    done = Field(frame, design, survey.instrument, forms).protected()
    assert smallest_class(done.data, done.keys) >= K
    assert len(done.data) + done.left_out == len(frame)
    assert set(done.data["psu"]) == set(range(1, done.data["psu"].nunique() + 1))
    assert done.data.groupby("psu")["wave"].nunique().max() == len(waves)  # waves that share PSUs still do
    for each in changes(frame, design, done, survey.instrument):
        assert each.se is None or abs(each.after - each.before) < each.se
    made = table(done, survey.instrument, forms, "en")
    assert len(made.numbers) == len(done.data)


def test_recodings_go_up_in_the_declared_order(instrument: Instrument) -> None:
    steps = list(ladder(instrument))
    assert [step.variable for step in steps[:4]] == ["area", "age", "area", "age"]
    assert steps[0].codes["06.141.01.53"] == "06.141.01.50"
    assert steps[1].codes == {
        "18-24": "18-34",
        "25-34": "18-34",
        "35-44": "35-54",
        "45-54": "35-54",
        "55-64": "55+",
        "65+": "55+",
    }
    assert set(steps[3].codes.values()) == {"18+"}  # three bands: the odd one joins the last pair


def test_fewer_recodings_that_are_asked_for_are_taken_whatever_they_cost(field: Field) -> None:
    raw = field.protected(Rule(recodings=0))
    assert raw.recodings == ()
    assert smallest_class(raw.data, raw.keys) >= K
    with pytest.raises(ProtectionError, match="only"):
        field.protected(Rule(recodings=99))


def test_what_is_no_key_is_refused_by_name(field: Field) -> None:
    for rule in (Rule(keys=("nowhere",)), Rule(keys=("comment",)), Rule(keys=("top_problem",)), Rule(extra=("psu",))):
        with pytest.raises(ProtectionError):
            field.protected(rule)
