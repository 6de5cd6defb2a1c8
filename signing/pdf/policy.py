"""Which changes a signature bears.

pyHanko's default policy accepts form filling of every kind, replaced appearances of signed fields and orphaned objects, by
which known attacks work (shadow replacement, incremental saving). Here a later revision may do four things only: fill one of
the named empty text fields, sign an empty signature field, add long-term validation data (DSS), and, where the policy says so,
add a signature field. Everything else breaks the signature.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.form_rules_api import (
    FieldComparisonContext,
    FieldComparisonSpec,
    FieldMDPRule,
    FormUpdate,
)
from pyhanko.sign.diff_analysis.rules.form_field_rules import GenericFieldModificationRule
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from signing.pdf.fields import DATE_FIELD, NUMBER_FIELD
from signing.pdf.opening import entry

_VALUE_KEYS: Final = frozenset({"/V", "/AP"})
_CATALOGUE_KEYS: Final = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Version"})
_FORM_KEYS: Final = frozenset({"/Fields", "/SigFlags"})


@dataclass(frozen=True)
class PdfPolicy:
    """A named way to verify; the name stands in every report.

    `fillable` names the text fields that may be filled once after a signature. `own_form` says that the document comes from this
    system, whose locks and order of signatures are then required. `new_signature_fields` lets later revisions add
    signature fields, as foreign software does; `require_timestamp` makes a signature without a trusted time-stamp
    `indeterminate`.
    """

    name: str
    fillable: frozenset[str]
    own_form: bool
    new_signature_fields: bool
    require_timestamp: bool = True


OWN_DOCUMENT: Final = PdfPolicy(
    "lien-thong/own/1", frozenset({NUMBER_FIELD, DATE_FIELD}), own_form=True, new_signature_fields=False
)
"""For documents that this system has issued."""

RECEIVED_DOCUMENT: Final = PdfPolicy(
    "lien-thong/received/1",
    frozenset({NUMBER_FIELD, DATE_FIELD}),
    own_form=False,
    new_signature_fields=True,
    require_timestamp=False,
)
"""For documents from elsewhere: their software may add signature fields as it signs and may go without time-stamps."""


def difference_policy(policy: PdfPolicy) -> StandardDiffPolicy:
    """The rules of `policy` in the form in which pyHanko applies them to each later revision."""
    creation: FieldMDPRule = SigFieldCreationRule() if policy.new_signature_fields else _NoNewFields()
    rules: list[FieldMDPRule] = [
        creation,
        SigFieldModificationRule(
            allow_in_place_appearance_stream_changes=False,
            always_modifiable=frozenset(),
            value_update_keys=_VALUE_KEYS,
        ),
        _FillOnce(policy.fillable),
    ]
    return _StepByStep(
        global_rules=[
            CatalogModificationRule(_CATALOGUE_KEYS),
            DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
            XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
            ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
            DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ],
        form_rule=FormUpdatingRule(rules, ignored_acroform_keys=_FORM_KEYS),
        reject_object_freeing=True,
        ignore_orphaned_objects=False,
        ignore_identical_objects=True,
    )


class _StepByStep(StandardDiffPolicy):
    """Compare each revision with the one before it.

    pyHanko compares each with the signed one, which forgets what lies between: a number that was filled in once could be
    filled in again, and an object that came with one revision be exchanged by the next.
    """

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult | SuspiciousModification:
        first = base_revision if isinstance(base_revision, int) else base_revision.revision
        level, changed = ModificationLevel.NONE, set()
        for revision in range(first + 1, reader.xrefs.total_revisions):
            try:
                step = self.apply(
                    reader.get_historical_resolver(revision - 1),
                    reader.get_historical_resolver(revision),
                    field_mdp_spec,
                    doc_mdp,
                )
            except SuspiciousModification as error:
                return error
            level = max(level, step.modification_level)
            changed |= step.changed_form_fields
        return DiffResult(level, changed)


class _NoNewFields(FieldMDPRule):
    """The set of fields stays what it was."""

    def apply(self, context: FieldComparisonContext) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        for name, spec in context.field_specs.items():
            if spec.old_field_ref is None or spec.new_field_ref is None:
                raise SuspiciousModification(f"field {name} was added or removed")
        return ()


class _FillOnce(GenericFieldModificationRule):
    """Named text fields may change from empty to filled, by new objects only; no other field may change."""

    def __init__(self, fillable: frozenset[str]) -> None:
        super().__init__(
            allow_in_place_appearance_stream_changes=False,
            always_modifiable=frozenset(),
            value_update_keys=_VALUE_KEYS,
        )
        self._fillable = fillable

    def check_form_field(
        self, fq_name: str, spec: FieldComparisonSpec, context: FieldComparisonContext
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        old: Any = spec.old_field
        new: Any = spec.new_field
        if spec.field_type == "/Sig" or old is None or new is None:
            return
        changed = any(_raw(old, key) != _raw(new, key) for key in _VALUE_KEYS)
        if not changed:
            # Also covers a field object that was written again as it was.
            yield from super().check_form_field(fq_name, spec, context)
            return
        if spec.field_type != "/Tx" or fq_name not in self._fillable:
            raise SuspiciousModification(f"field {fq_name} may not change")
        if "/V" in old or "/AP" in old:
            raise SuspiciousModification(f"field {fq_name} was filled before")
        appearance = entry(new, "/AP") or {}
        if "/V" not in new or not isinstance(new["/V"], str) or list(appearance) != ["/N"]:
            raise SuspiciousModification(f"field {fq_name} is not filled with one text and one appearance")
        yield from super().check_form_field(fq_name, spec, context)


def _raw(dictionary: Any, key: str) -> object:
    value: object = dictionary.raw_get(key) if key in dictionary else None
    return value
