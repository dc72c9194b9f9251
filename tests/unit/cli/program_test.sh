#!/usr/bin/env bash
# The program as a new user meets it: words, exit statuses, what init writes,
# manual pages, completions, and what is installed.
set -u
bad=0
say() { echo "not so: $*"; bad=1; }

# status EXPECTED WORDS...: runs the program, keeps its output
status() {
	local expected=$1 got
	shift
	"$DYETRACE" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" </dev/null
	got=$?
	[ $got -eq "$expected" ] || say "'$*' exits $expected (it exits $got: $(cat "$SCRATCH/err"))"
}
out_has() { grep -qF -- "$1" "$SCRATCH/out" || say "output has '$1': $(head -3 "$SCRATCH/out")"; }
err_has() { grep -qF -- "$1" "$SCRATCH/err" || say "error has '$1': $(cat "$SCRATCH/err")"; }
plain() { ! grep -q $'\033' "$SCRATCH/out" "$SCRATCH/err" || say "piped output is plain"; }

rm -rf "${SCRATCH:?}"/*
cd "$SCRATCH" || exit 1

# Words and exit statuses.
status 2; out_has "dyetrace COMMAND"
status 0 --help; out_has "dyetrace init my-tracker"; plain
status 0 --version; out_has "dyetrace "
status 2 chekc; err_has 'did you mean `check`?'; plain
status 2 -s there check; err_has "-s stands where a command is expected"
status 2 check --jsno; err_has "did you mean --json?"
status 2 keys creat; err_has 'did you mean `keys create`?'
status 2 help chekc; err_has 'did you mean `check`?'
status 2 init; err_has 'dyetrace init DIR'
status 2 check --json; out_has '"good": false'; out_has '"line": 0'
status 0 version --json; out_has '"version": "'
status 2 $'che\033[31mck'; plain
status 2 check -c $'no\033[31m.yaml'; plain
"$DYETRACE" --help >/dev/full 2>"$SCRATCH/err"
[ $? -eq 3 ] || say "a full disk behind standard output is exit status 3"
for command in $("$DYETRACE" help | sed -nE 's/^  ([a-z-]+)  .*/\1/p'); do
	status 0 "$command" --help; out_has "usage  dyetrace $command"
	status 0 help --man "$command"; out_has ".SH DESCRIPTION"
done

# init
status 0 init tracker; out_has "dyetrace run --until-end"; plain
[ "$(stat -c %a tracker/dyetrace.key)" = 600 ] || say "the key file's mode is 600"
status 2 init tracker; err_has "is not overwritten"
status 0 init other --json; out_has '"folder": "other"'
cmp -s tracker/dyetrace.key other/dyetrace.key && say "each folder has keys of its own"
touch file
status 3 init file/below
for setting in csv.delimiter csv.header csv.lines; do
	grep -q "# $setting: " tracker/dyetrace.yaml || say "init explains $setting"
done

# A first run whose source is not there records nothing: the next one has nothing to drop.
mv other/events events
status 3 run --until-end -c other/dyetrace.yaml; err_has "no file"
status 0 status -c other/dyetrace.yaml
[ "$(head -1 out)" = Tracker ] || say "status of no partition begins with what it has: $(head -2 out)"
mv events other/events
status 0 run --until-end -c other/dyetrace.yaml
! grep -q recovery err || say "there was nothing to recover: $(cat err)"

# Manual pages are roff without warnings.
status 0 help --pages pages
if command -v groff >/dev/null; then
	for page in pages/man?/*; do
		warnings=$(groff -ww -man -Tutf8 -z "$page" 2>&1)
		[ -z "$warnings" ] || say "$page is clean roff: $warnings"
	done
fi

# complete WORDS...: what bash offers for the last word
complete_words() {
	bash -c 'source pages/completions/dyetrace
		COMP_WORDS=(dyetrace "$@") COMP_CWORD=$#
		_dyetrace && echo "${COMPREPLY[*]}"' bash "$@"
}
[ "$(complete_words vers)" = version ] || say "bash completes vers to version"
[ "$(complete_words check --j)" = --json ] || say "bash completes --j to --json"
[ "$(complete_words keys cr)" = create ] || say "bash completes keys cr to create"
[ "$(complete_words help --completion z)" = zsh ] || say "bash completes the shell's name"
[ "$(complete_words check -c tracker/dyetrace.y)" = tracker/dyetrace.yaml ] || say "bash completes files"
if command -v zsh >/dev/null; then
	zsh -n pages/completions/_dyetrace || say "zsh reads its completion"
fi

# Installing.
if cmake --install "$BUILD" --prefix "$SCRATCH/installed" >install.log 2>&1; then
	for file in bin/dyetrace share/man/man1/dyetrace.1 share/man/man1/dyetrace-check.1 \
	    share/man/man5/dyetrace.yaml.5 share/bash-completion/completions/dyetrace \
	    share/zsh/site-functions/_dyetrace share/dyetrace/schemas/lineage.md \
	    lib/systemd/system/dyetrace.service lib/sysusers.d/dyetrace.conf; do
		[ -s "installed/$file" ] || say "$file is installed"
	done
	grep -qx "ExecStart=$(pwd -P)/installed/bin/dyetrace run -c /etc/dyetrace/dyetrace.yaml" \
		installed/lib/systemd/system/dyetrace.service || say "the service starts the program that is installed"
	[ "$(installed/bin/dyetrace --version)" = "$("$DYETRACE" --version)" ] || say "the installed program runs"
else
	say "cmake --install works: $(tail -2 install.log)"
fi
exit $bad
