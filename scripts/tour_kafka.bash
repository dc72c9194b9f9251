# The tour of ./quickstart --kafka: a real broker and registry, a company's programs that write to it, and
# the tracker beside them. Sourced by ./quickstart, which gives show, heading, quietly, program and demo.

served=$PWD/build/served.log
broker='' registry='' tracker=''

# What was started ends with the script, however it ends; the tracker before its broker.
leave() {
	local pid
	if [ -n "$tracker" ]; then
		kill -TERM "$tracker" 2>/dev/null
		wait "$tracker" 2>/dev/null
	fi
	for pid in $(jobs -p); do kill "$pid" 2>/dev/null; done
	wait
}

serve() {
	local waited folder
	folder=$(readlink -f "$demo")
	python3 "$here/tests/kafka/serve" --registry --dir "$folder" >"$served" 2>&1 </dev/null &
	trap leave EXIT
	trap 'exit 130' INT TERM
	for ((waited = 0; waited < 600; waited++)); do
		kill -0 $! 2>/dev/null || { cat "$served"; return 1; }
		registry=$(sed -n 's/^schema.registry.url //p' "$served")
		broker=$(sed -n 's/^bootstrap.servers //p' "$served")
		[ -z "$registry" ] || return 0
		sleep 0.2
	done
	return 1
}

# Addresses change from one start to the next; everything else is the user's.
write_settings() {
	local topics
	topics=$(sed -n 's/.*"dataset":"\([^"]*\)".*/\1/p' "$demo/events.jsonl" | sort -u | paste -sd , | sed 's/,/, /g')
	if grep -q '^  *type: kafka' "$settings"; then
		sed -i -E "s|(bootstrap.servers:).*|\1 $broker|; s|(schema.registry.url:).*|\1 $registry|" "$settings"
		return
	fi
	cat >"$settings" <<END
# The simulated company's events, read from Kafka.
store: dyetrace-store
keys: dyetrace.key
lineage: lineage.yaml
org-chart: org-chart.csv
sources:
  - name: company
    type: kafka
    bootstrap.servers: $broker
    topics: [$topics]
    schema.registry.url: $registry
    mapping:
      dataset: dataset
      id: id
      time: {field: time, format: iso8601, zone: UTC}
      actor: actor
      team: team
      system: system
      channel: channel
      entity: entity
      op: op
      changes: {list: changes}
publish:
  - name: provenance
    type: kafka
    bootstrap.servers: $broker
    schema.registry.url: $registry
    provenance: {topic: dye.provenance}
END
}

# How many lines of the events are fed before the tour; the rest comes while it follows.
part() {
	local all
	all=$(wc -l <events.jsonl)
	if [ -n "$once" ]; then echo "$all"; else echo $((all * 9 / 10)); fi
}

heading "3. Kafka and a schema registry"
quietly "fetching them through Maven" tests/kafka/fetch 4.3.1 registry hand
settings=$demo/dyetrace.yaml
if [ -e "$settings" ]; then
	echo "  $demo is there already and used as it is"
else
	show simulate --people 300 --days 90 --seed 7 "$demo"
	echo
fi
quietly "starting a broker and a registry" serve
echo "  broker $broker"
echo "  registry $registry"
write_settings
cd "$demo" || exit 3
[ -e dyetrace.key ] || show keys create

heading "4. The company's programs write their events: a topic each, Avro, keyed by entity"
fed=$(cat fed 2>/dev/null || echo 0)
upto=$(part)
[ "$fed" -le "$upto" ] || upto=$fed
"$here/tests/kafka/feed" --broker "$broker" --registry "$registry" --from "$fed" --to "$upto" --make dye.provenance events.jsonl >feed.log 2>&1 </dev/null ||
	{ tail -n 5 feed.log >&2; exit 3; }
sed 's/^/  /' feed.log
echo "$upto" >fed

heading "5. Follow the topics: tag the origin of every record, trace it, record it"
follow() {
	local waited now recorded
	printf '\n%s$ dyetrace run &%s\n' "$bold" "$plain"
	"$program" run >run.log 2>&1 </dev/null &
	tracker=$!
	for ((waited = 0; waited < 600; waited++)); do
		now=$("$program" status --json 2>/dev/null </dev/null)
		recorded=$(sed -n 's/^  "recorded": \([0-9]*\).*/\1/p' <<<"$now")
		# How far behind it is it knows when it has asked the broker.
		[ "${recorded:-0}" -ge "$upto" ] && grep -q '"lag": [0-9]' <<<"$now" && return 0
		kill -0 "$tracker" 2>/dev/null || break
		sleep 0.2
	done
	tail -n 5 run.log >&2
	return 1
}
follow || { echo "quickstart: the tracker does not read it" >&2; exit 3; }
echo "  what it says goes to $PWD/run.log:"
head -n 3 run.log | cut -c -200 | sed 's/^/  /'
show status

heading "6. Ask about one record: here of an account that somebody took over"
event=$(awk -F, '$2 == "takeover" && $5 == "priority" { print $1; exit }' labels.csv)
[ -n "$event" ] || { echo "quickstart: labels.csv names no event of a takeover" >&2; exit 1; }
traced=$("$program" trace "$event" --json </dev/null)
position=$(sed -n 's|^ *"partition": *"\(.*\)".*|\1|p' <<<"$traced" | head -n 1)/$(sed -n 's/^ *"offset": *\([0-9]*\).*/\1/p' <<<"$traced" | head -n 1)
show trace "$position"
actor=$(sed -n 's/^ *"actor": *"\([a-z-]*\)".*/\1/p' <<<"$traced" | head -n 1)
echo
echo "  What did the inputs of that account move?"
show actor "$actor"

heading "7. The origin of every record leaves on a topic, for whoever reads the same data: here one message"
provenance=
for ((waited = 0; waited < 100; waited++)); do
	provenance=$("$here/tests/kafka/show" --broker "$broker" --registry "$registry" --items 1 dye.provenance 2>>feed.log </dev/null) && break
	sleep 0.2
done
[ -n "$provenance" ] || { echo "quickstart: nothing was published: $PWD/run.log" >&2; exit 1; }
printf '\n%s\n' "$provenance" | sed 's/^/  /'

heading "8. Is anything lost? Counts, and every byte read again from the broker"
show reconcile

heading "9. Prove it, to anybody, without the store or the broker"
show keys checkpoint
show verify
show --into proof.json prove "$event"
show check-proof proof.json --verifier dyetrace-store/verifier

heading "Next"
cat <<END
  dyetrace is $program
  Try, in $PWD:
    dyetrace trace helpdesk.ticket/0/41  any record, by topic, partition and offset, or by its id
    dyetrace status                      how far behind the tracker is
    dyetrace doctor                      what is wrong around it, and what to do
  $here/tests/kafka/serve runs a broker to try your own settings on; README.md and docs/ say more.
END
if [ -n "$once" ]; then
	kill -TERM "$tracker"
	wait "$tracker" || { echo "quickstart: the tracker ended with $?" >&2; exit 1; }
	tracker=''
	exit 0
fi

heading "The company goes on, and the tracker follows: look at the status from another terminal (Ctrl-C ends all)"
"$here/tests/kafka/feed" --broker "$broker" --registry "$registry" --from "$upto" --rate 50 events.jsonl >feed.log 2>&1 </dev/null &
tail -n 0 -f run.log &
wait "$tracker"
