# shellcheck shell=bash
# What start.sh says to the person, and how it looks after the disk.

NEARLY_FULL=90  # per cent
RESERVE=$((24 << 20)) # bytes that are kept from PostgreSQL, for when the disk is full
warned=""             # said so already: the home may have taken no note

# --- Notes. The home is the person's: it may be full, read-only, or have a folder of that name in the way.

# What a note is until it is whole. It has the pod's name, as another server of the person may have the same home.
DRAFT=$HOME_FOLDER/.database-note.$HOSTNAME

note() {
  local place=$1 draft
  shift
  draft=$(mktemp "$DRAFT.XXXXXX" 2> /dev/null) || { say "No note can be written into the home." && return 0; }
  printf '%s\n' "$@" 2> /dev/null > "$draft" && chmod 0644 "$draft" && mv -fT "$draft" "$place" 2> /dev/null && return
  rm -f "$draft"
  say "The note $place cannot be written."
}

# Remove what a container that was killed meanwhile left of a note.
remove_drafts() { rm -f "$DRAFT".* 2> /dev/null; }

unnote() { [[ ! -f $1 || -L $1 ]] || rm -f "$1" 2> /dev/null; }

# --- The disk

# Set used, free and total. Where several claims lie on one disk, all that is free counts as room of this one's.
# PostgreSQL writes meanwhile: of the room before and after, the larger one counts, so no disk is called full too early.
sizes() {
  local before
  before=$(room)
  used=$(du --summarize --block-size=1 "$DATA" 2> /dev/null | cut -f 1)
  free=$(room)
  ((free > before)) || free=$before
  used=$((${used:-0})) total=$((used + free))
  ((total > 0))
}

room() { echo $(($(df --block-size=1 --output=avail "$DATA" 2> /dev/null | tail -n 1))); }

write_last_words() {
  local used free total
  sizes && printf '{"used_bytes":%d,"total_bytes":%d}' "$used" "$total" > "$LAST_WORDS"
}

look_at_disk() {
  local used free total
  sizes || return 0
  if ((used * 100 < total * NEARLY_FULL)); then
    warned=""
    unnote "$NOTE_FULL"
    [[ -e $DATA/reserve ]] || ((free < 4 * RESERVE)) || keep_reserve
  elif [[ ! -e $NOTE_FULL && -z $warned ]]; then
    warned=yes
    say "The disk is nearly full: $(mebibytes "$used") of $(mebibytes "$total")."
    rm -rf "$DATA/before-upgrade"
    note "$NOTE_FULL" \
      "The disk of your database is nearly full: $(mebibytes "$used") of $(mebibytes "$total") are taken." \
      "When it is full, PostgreSQL stops. Remove what you no longer need, with DROP TABLE or TRUNCATE; after a DELETE," \
      "room comes back with VACUUM FULL. Where your hub lets databases grow, stop and start your server: the disk is" \
      "larger then. To begin anew, write the words  $RESET_WORDS  into a file  ~/reset-my-database ." \
      "This file goes away by itself when there is room."
  fi
}

mebibytes() { echo "$(($1 >> 20)) MiB"; }

# A full disk stops PostgreSQL, and would keep it from recovering. What is kept here is given back for that.
keep_reserve() { head -c "$RESERVE" /dev/zero 2> /dev/null > "$DATA/reserve" || rm -f "$DATA/reserve"; }

give_reserve() {
  local used free total
  [[ -e $DATA/reserve ]] && sizes && ((free < RESERVE)) || return 0
  say "The disk is full: giving back the room that was kept for this."
  rm -f "$DATA/reserve"
}
