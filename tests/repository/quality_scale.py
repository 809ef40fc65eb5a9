"""quality_scale.yaml: an honest answer to each rule of Home Assistant's quality scale."""

from typing import Final

from .repository import Problems, Repository

NAME: Final = "quality_scale.yaml"
TIERS: Final = {
    "bronze": [
        "action-setup",
        "appropriate-polling",
        "brands",
        "common-modules",
        "config-flow",
        "config-flow-test-coverage",
        "dependency-transparency",
        "docs-actions",
        "docs-conditions",
        "docs-high-level-description",
        "docs-installation-instructions",
        "docs-removal-instructions",
        "docs-triggers",
        "entity-event-setup",
        "entity-unique-id",
        "has-entity-name",
        "runtime-data",
        "test-before-configure",
        "test-before-setup",
        "unique-config-entry",
    ],
    "silver": [
        "action-exceptions",
        "config-entry-unloading",
        "docs-configuration-parameters",
        "docs-installation-parameters",
        "entity-unavailable",
        "integration-owner",
        "log-when-unavailable",
        "parallel-updates",
        "reauthentication-flow",
        "test-coverage",
    ],
    "gold": [
        "devices",
        "diagnostics",
        "discovery",
        "discovery-update-info",
        "docs-data-update",
        "docs-examples",
        "docs-known-limitations",
        "docs-supported-devices",
        "docs-supported-functions",
        "docs-troubleshooting",
        "docs-use-cases",
        "dynamic-devices",
        "entity-category",
        "entity-device-class",
        "entity-disabled-by-default",
        "entity-translations",
        "exception-translations",
        "icon-translations",
        "reconfiguration-flow",
        "repair-issues",
        "stale-devices",
    ],
    "platinum": ["async-dependency", "inject-websession", "strict-typing"],
}
RULES: Final = {rule for rules in TIERS.values() for rule in rules}
STATUSES: Final = {"done", "exempt", "todo"}


def check_quality_scale(repository: Repository) -> Problems:
    """Check that every rule is answered, and that the manifest claims no more than that."""
    content = repository.yaml(repository.component / NAME)
    if set(content) != {"rules"}:
        yield f"{NAME}: the only key on top is rules"
    rules = content.get("rules") or {}
    for rule in sorted(RULES - rules.keys()):
        yield f"{NAME}: the rule {rule} is missing"
    for rule in sorted(rules.keys() - RULES):
        yield f"{NAME}: there is no rule {rule}"
    kept: set[str] = set()
    for rule, answer in rules.items():
        status = answer.get("status") if isinstance(answer, dict) else answer
        if status not in STATUSES:
            yield f"{NAME}: {rule} has the status {status!r}"
        if status == "exempt" and not (
            isinstance(answer, dict) and answer.get("comment")
        ):
            yield f"{NAME}: {rule} is exempt without a comment"
        if isinstance(answer, dict) and (
            unknown := answer.keys() - {"status", "comment"}
        ):
            yield f"{NAME}: {rule} has {sorted(unknown)}"
        if status in ("done", "exempt"):
            kept.add(rule)
    claim = repository.json(repository.component / "manifest.json").get("quality_scale")
    if claim in TIERS:
        tiers = list(TIERS)
        for tier in tiers[: tiers.index(claim) + 1]:
            for rule in sorted(set(TIERS[tier]) - kept):
                yield f"manifest.json: claims {claim}, but {rule} ({tier}) is not done"
