#!/usr/bin/env bash
# A log of some 21 million events for benches, with settings, lineage and org chart: a simulated company of 5,750 people
# over 63 days, five times with other seeds, people and entities, one after the other: 20 files, 315 days, 28,750 people.
#
#   tests/bench/big/make.sh DYETRACE FOLDER        (6 GB of events; 1.5 GB of them at a time twice)
#   cd FOLDER && DYETRACE run --until-end
set -eu
[ $# = 2 ] || { sed -n '2,7s/^# \?//p' "$0" >&2; exit 2; }
dyetrace=$(realpath "$1")
mkdir -p "$2/events"
cd "$2"

# Days of the simulation and what they become: "2026-01-05 2026-03-09".
days() {
	for i in $(seq 0 63); do
		echo "2026-01-05 + $i days"
		echo "2026-01-05 + $((i + ($1 - 1) * 63)) days"
	done | date -f - +%F | paste -d ' ' - -
}

for r in 1 2 3 4 5; do
	"$dyetrace" simulate --people 5750 --days 60 --seed "2$r" region
	[ -f org-chart.csv ] || head -1 region/org-chart.csv > org-chart.csv
	days $r > days
	sed -e 's/^{"id":"e/{"id":"r'$r'-/' -e 's/"actor":"\([^"]*\)"/"actor":"\1@r'$r'"/' \
		-e 's|"entity":"\([a-z_]*\)/|"entity":"\1/r'$r'-|' region/events.jsonl |
		awk 'NR == FNR { later[$1] = $2; next }
			{ at = index($0, "\"time\":\"") + 8
			  print substr($0, 1, at - 1) later[substr($0, at, 10)] substr($0, at + 10) }' days - |
		split -l 1050000 -d -a 1 --additional-suffix=.jsonl - "events/r$r-"
	tail -n +2 region/org-chart.csv |
		awk -F, -v OFS=, -v r=$r '{ $1 = $1 "@r" r; if ($3 != "") $3 = $3 "@r" r; print }' >> org-chart.csv
	cp region/lineage.yaml .
	sed 's|path: .*|path: events/*.jsonl|' region/dyetrace.yaml > dyetrace.yaml
	rm -rf region days
done
wc -l events/*.jsonl | tail -1
