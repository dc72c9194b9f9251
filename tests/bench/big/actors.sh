#!/usr/bin/env bash
# A log of EVENTS events by up to ACTORS actors, 50 teams, 100,000 entities, one event each 2 seconds; to see what many
# actors cost. even: all come round in turn, far apart; zipf: the actor of rank r comes in proportion to 1/r.
# Two settings: by-actor.yaml (4 of 8 features have one value for each actor) and by-team.yaml (the same 8, by team).
#
#   tests/bench/big/actors.sh even|zipf ACTORS EVENTS FOLDER
#   cd FOLDER && DYETRACE run --until-end -c by-actor.yaml
set -eu
[ $# = 4 ] || { sed -n '2,8s/^# \?//p' "$0" >&2; exit 2; }
mkdir -p "$4"
cd "$4"
awk -v how="$1" -v actors="$2" -v events="$3" 'BEGIN {
	srand(7)
	for (i = 0; i < events; i++) {
		actor = how == "even" ? (i * 1999993) % actors : int(exp(rand() * log(actors)))
		s = 1767571200 + 2 * i
		if (s >= day + 86400) { day = s - s % 86400; date = strftime("%Y-%m-%d", day, 1) }
		left = s - day
		printf "{\"id\":\"e%07d\",\"time\":\"%sT%02d:%02d:%02dZ\",\"dataset\":\"orders\",\"actor\":\"u%07d\"," \
			"\"team\":\"Team %d\",\"system\":\"crm\",\"channel\":\"web\",\"entity\":\"o%d\",\"op\":\"update\"," \
			"\"changes\":[[\"amount\",null,%d.5],[\"state\",null,\"%s\"]]}\n", i, date, int(left / 3600),
			int(left / 60) % 60, left % 60, actor, actor % 50, (i * 7919) % 100000, (i * 37) % 1000,
			i % 7 ? "open" : "closed"
	}
}' > events.jsonl
features() {
	cat <<END
version: 1
datasets: [{name: orders}]
features:
  - {name: amount, dataset: orders, field: amount, encode: numeric, key: entity, aggregate: last}
  - {name: by_team, dataset: orders, field: amount, encode: numeric, key: team, aggregate: mean, window: {size: 7d, pane: 1d, lateness: 1h}}
  - {name: all, dataset: orders, field: amount, encode: numeric, key: none, aggregate: sum, window: {size: 7d, pane: 1d}}
  - {name: closed, dataset: orders, field: state, key: none, aggregate: share, value: closed, window: {size: 7d, pane: 1d}}
  - {name: x_count, dataset: orders, key: $1, aggregate: count}
  - {name: x_last, dataset: orders, field: amount, encode: numeric, key: $1, aggregate: last}
  - {name: x_mean, dataset: orders, field: amount, encode: numeric, key: $1, aggregate: mean, window: {size: 28d, pane: 1d, lateness: 1h}}
  - {name: x_closed, dataset: orders, field: state, key: $1, aggregate: share, value: closed, window: {size: 28d, pane: 7d}}
models:
  - {name: worth, version: '1', kind: linear, intercept: 1, inputs: [{feature: amount, weight: 0.8}, {feature: by_team, weight: 0.1}, {feature: x_mean, weight: 0.2}]}
END
}
for x in actor team; do
	features $x > "lineage-by-$x.yaml"
	cat > "by-$x.yaml" <<END
store: store-by-$x
keys: dyetrace.key
lineage: lineage-by-$x.yaml
sources:
  - name: orders
    type: file
    path: events.jsonl
    format: jsonl
    mapping: {dataset: dataset, id: id, time: {field: time, format: iso8601, zone: UTC}, actor: actor, team: team,
      system: system, channel: channel, entity: entity, op: op, changes: {list: changes}}
END
done
