#!/usr/bin/env bash
# CASE/UCO's validator: a graph with misspelled properties has a report "Conforms: True" and the exit code 1.
#
# Assumed: `case_validate` says in its report what is wrong, and report and exit code agree.
# Seen:    a property that the ontology does not have ("fileNam") is no violation, since SHACL shapes are open: the report
#          conforms, in every format (sh:conforms true, no result). Only the exit code is 1, and the names stand on
#          standard error as Python warnings. With --allow-warnings the code is 0: who reads the report, or passes that
#          flag to quieten the shapes' own warnings, hands over a graph whose facts no reader will find.
# With:    case-utils 0.18.0 (CASE 1.5.0), pyshacl 0.40.1, Python 3.11
# Source:  case_utils/case_validate/__init__.py
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check case-utils==0.18.0 pyshacl==0.40.1
cd "$room"
cat > graph.jsonld <<'JSON'
{"@context": {"kb": "http://example.org/kb/",
              "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
              "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/"},
 "@graph": [{"@id": "kb:observable-0c8dc1a6-6d0c-4a7e-9d64-6e1d8d3c9a01",
             "@type": "uco-observable:ObservableObject",
             "uco-core:hasFacet": [{"@id": "kb:facet-0c8dc1a6-6d0c-4a7e-9d64-6e1d8d3c9a02",
                                    "@type": "uco-observable:FileFacet",
                                    "uco-observable:fileNam": "IMG-0001.jpg"}]}]}
JSON
code=0 && venv/bin/case_validate graph.jsonld > report.txt 2> warnings.txt || code=$?
allowed=0 && venv/bin/case_validate --allow-warnings graph.jsonld > allowed.txt 2> /dev/null || allowed=$?
printf 'exit %s, with --allow-warnings %s; report: %s\n' "$code" "$allowed" "$(tr '\n' ' ' < report.txt)"
grep -c 'fileNam' warnings.txt
[[ $code = 1 && $allowed = 0 ]]
grep -q 'Conforms: True' report.txt && ! grep -q 'fileNam' report.txt && grep -q 'fileNam' warnings.txt
