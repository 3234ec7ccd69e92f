#!/bin/bash
# The PostgreSQL beside one person's notebook, as process 1 of its container.
#
#   start.sh        run it until told to stop
#   start.sh wait   return once it answers, or cannot: the container's postStart hook, so the notebook starts after it
#   start.sh dump   write down what an older PostgreSQL holds, for the newer one to read: an init container before it
#
# A person reaches this container through SQL and their home only. So whatever keeps the database from starting must
# not keep the notebook from it: it is told in the log and in a file in the home, and `wait` returns, for the person to
# read that and to reset the database if they wish.
set -o nounset -o pipefail # no errexit: bash forgets it within conditions, so each step here says what its failure means
umask 077
exec 3>&2 # where PostgreSQL writes its log, whoever's words are being kept meanwhile

DATA=${DATA_FOLDER:-/var/lib/postgresql/data} # the claim; it may be root's, so the cluster has a folder within
SOCKET=${SOCKET_FOLDER:-/var/run/postgresql}
HOME_FOLDER=${HOME_FOLDER:-/home/jovyan}
STATE=${STATE_FOLDER:-/tmp}
LAST_WORDS=${TERMINATION_LOG:-/dev/termination-log} # the hub reads there how full the disk is
OWNER=jovyan
LOOKS=${SECONDS_BETWEEN_LOOKS:-15}      # at the disk, and for the wish to reset
PATIENCE=${SECONDS_OF_PATIENCE:-120}    # with a server that recovers; after that the notebook starts without it
LOCK_PATIENCE=${SECONDS_FOR_THE_LOCK:-60} # with the pod before this one, which may still be shutting down
OLD_DATA_DAYS=7                         # for so long what an upgrade replaced is kept
RESET_FILE=$HOME_FOLDER/reset-my-database
RESET_WORDS="delete my database"
NOTE_FULL="$HOME_FOLDER/DATABASE DISK IS NEARLY FULL.txt"
NOTE_TROUBLE="$HOME_FOLDER/DATABASE DOES NOT RUN.txt"
NOTE_RESET="$HOME_FOLDER/DATABASE WAS RESET.txt"
NOTE_UPGRADE="$HOME_FOLDER/DATABASE WAS UPGRADED.txt"

server=""    # PostgreSQL's process id
stopping=""  # told to stop
resetting="" # the person wishes to begin anew
trouble=""   # why the server cannot be had, as a sentence
here=$(dirname "${BASH_SOURCE[0]}")

# shellcheck source=SCRIPTDIR/disk.sh
. "$here/disk.sh"
# shellcheck source=SCRIPTDIR/upgrade.sh
. "$here/upgrade.sh"

say() { echo "hubstack: $*" >&2; }

# --- Where the data is

# Give the cluster's folder, empty for none. In 2i2c's layout, which is taken as it is, the claim itself is the folder.
cluster() {
  if [[ -e $DATA/pgdata/PG_VERSION ]]; then
    echo "$DATA/pgdata"
  elif [[ -e $DATA/PG_VERSION ]]; then
    echo "$DATA"
  fi
}

# Move a cluster to another name. Its PG_VERSION goes first, without which nothing takes the rest for a cluster.
put_aside() {
  local place=$1 aside=$DATA/$2
  rm -rf "$aside"
  if [[ $place != "$DATA" ]]; then
    mv -T "$place" "$aside"
    return
  fi
  mkdir "$aside" && mv "$DATA/PG_VERSION" "$aside" \
    && find "$DATA" -mindepth 1 -maxdepth 1 ! -name lock ! -name reserve ! -name lost+found ! -name 'pgdata*' \
      ! -name 'upgrade*' ! -name before-upgrade ! -name deleted -exec mv -t "$aside" {} +
}

# Make an empty cluster under a name that says it is not whole yet, so whoever ends this half-way leaves no wreck.
initialise() {
  local place=$DATA/pgdata.new
  local options=(-D "$place" -U "$OWNER" -A trust --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions)
  # Where a node has huge pages that the pod may not take, PostgreSQL would die of trying.
  ((version < 16)) || options+=(--set huge_pages=off)
  rm -rf "$place" \
    && initdb "${options[@]}" > "$STATE/initdb" 2>&1 \
    && echo "include_if_exists = 'hubstack.conf'" >> "$place/postgresql.conf" \
    && return 0
  cat "$STATE/initdb" >&2
  trouble="An empty database cannot be made: $(tail -n 1 "$STATE/initdb")"
  return 1
}

# Settle which cluster is to be served, making one where there is none.
settle() {
  local place had
  finish_upgrade
  place=$(cluster)
  if [[ -z $place ]]; then
    initialise && sync --file-system "$DATA/pgdata.new" && mv -T "$DATA/pgdata.new" "$DATA/pgdata"
    return
  fi
  had=$(< "$place/PG_VERSION")
  if [[ $had == "$version" ]]; then
    rm -rf "$DATA/upgrade" "$DATA/upgrade.failed" # it would be older than what is served now
  elif [[ -d $DATA/upgrade ]]; then
    restore "$had"
  else
    trouble="Your data was written by PostgreSQL $had, and this is PostgreSQL $version, which cannot read it."
    [[ ! -s $DATA/upgrade.failed ]] || trouble+=" Carrying it over failed: $(tail -n 3 "$DATA/upgrade.failed")"
    return 1
  fi
}

# Give the person an empty database. The file with the wish goes first: one that stays would reset it again and again.
reset() {
  local place
  rm -f "$RESET_FILE" 2> /dev/null
  [[ ! -e $RESET_FILE ]] || { say "The file $RESET_FILE cannot be removed, so nothing is reset." && return; }
  say "Resetting the database, as the person asked for."
  rm -rf "$DATA/upgrade" "$DATA/upgrade.failed" "$DATA/pgdata.restored"
  while place=$(cluster) && [[ -n $place ]]; do
    put_aside "$place" deleted || return
  done
  rm -rf "$DATA/deleted" "$DATA/before-upgrade"
  note "$NOTE_RESET" "Your database was deleted on $(date --utc '+%F at %T UTC'), as you asked, and is empty now."
}

wished() {
  [[ -f $RESET_FILE && ! -L $RESET_FILE && $(head -c 100 "$RESET_FILE" 2> /dev/null | tr -d '\0\r') == "$RESET_WORDS" ]]
}

# --- The server

# Write the settings that go with the memory and disk of now. The person's own, by ALTER SYSTEM, go above them.
tune() {
  local memory used free total
  memory=$(cat /sys/fs/cgroup/memory.max 2> /dev/null)
  [[ $memory =~ ^[0-9]+$ ]] || memory=$((512 << 20))
  sizes
  {
    echo "# Written anew at each start, for the memory and the disk of then. Set yours with ALTER SYSTEM."
    echo "shared_buffers = $(between 16 $((memory >> 22)) 8192)MB" # a quarter
    echo "min_wal_size = 32MB"
    echo "max_wal_size = $(between 64 $((total >> 23)) 1024)MB" # an eighth: the default would fill a small disk
    # Nobody copies this server while it runs, so what fills a new table need not be logged as well.
    echo "wal_level = minimal"
    echo "max_wal_senders = 0"
  } > "$1/hubstack.conf"
}

between() { echo $(($2 < $1 ? $1 : $2 > $3 ? $3 : $2)); }

# Start the server in the background. It listens on its socket only, whatever its own settings say.
launch() {
  local place=$1 socket=$2
  # A volume's fsGroup opens folders to the group, and PostgreSQL refuses that. The pid files are of another container:
  # nobody else has the data, as we hold the lock, but a process of ours may have the number that stands there.
  chmod 0700 "$place" && rm -f "$place/postmaster.pid" "$socket"/.s.PGSQL.5432{,.lock} || return
  postgres -D "$place" -c listen_addresses= -c port=5432 -c unix_socket_directories="$socket" -c huge_pages=off \
    -c logging_collector=off 2>&3 &
  server=$!
}

# Wait until the server accepts connections, which it writes into its pid file; fail where it ends before.
answers() {
  local lines
  while kill -0 "$server" 2> /dev/null; do
    mapfile -t lines 2> /dev/null < "$1/postmaster.pid"
    [[ ${lines[7]:-} != ready* ]] || return 0
    sleep 0.03
  done
  server=""
  return 1
}

# Wait for the server's end and give its code; a signal to us ends bash's `wait` before.
ended() {
  local code
  while wait "$server"; code=$?; kill -0 "$server" 2> /dev/null; do :; done
  server=""
  return "$code"
}

# The fast shutdown: it sends away who is connected and writes everything, so the next start recovers nothing.
shut_down() {
  [[ -z $server ]] || { kill -INT "$server" && ended; }
}

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --username="$OWNER" --host="$SOCKET" -v ON_ERROR_STOP=1 "$@"; }

# Make the person's database and its extensions where they are not there.
furnish() {
  local extension extensions
  sql -d template1 <<< "SELECT 'CREATE DATABASE $OWNER' WHERE NOT EXISTS
    (SELECT FROM pg_database WHERE datname = '$OWNER') \gexec" || return
  IFS=, read -ra extensions <<< "${EXTENSIONS:-}"
  for extension in "${extensions[@]}"; do
    sql -d "$OWNER" -c "SET client_min_messages = warning" -c "CREATE EXTENSION IF NOT EXISTS \"$extension\" CASCADE" \
      || say "The extension $extension cannot be had."
  done
}

# Bring the database up; where that fails, say why in `trouble`.
bring_up() {
  local place
  trouble="" resetting=""
  ! wished || reset
  give_reserve
  settle || { trouble=${trouble:-"The folder of the data cannot be written."} && return 1; }
  place=$(cluster)
  tune "$place"
  if ! launch "$place" "$SOCKET" || ! answers "$place"; then
    [[ -z $stopping ]] || return
    # Once more, for its words: the first time they went to the log, which the person cannot read.
    trouble="PostgreSQL does not start: $(timeout --signal=INT 10 postgres -D "$place" -c listen_addresses= \
      -c unix_socket_directories="$STATE" -c huge_pages=off -c logging_collector=off 2>&1 | grep -v ' LOG: ' | tail -n 3)"
    return 1
  fi
  furnish || say "The database $OWNER cannot be made."
}

# Tell what is wrong, and let the notebook start without a database.
tell() {
  say "$1"
  note "$NOTE_TROUBLE" "$1" "" \
    "Nothing of it was deleted. Show this to who looks after your hub; when they have mended it, stop and start your" \
    "server. If you can do without the data, write the words  $RESET_WORDS  into a file  ~/reset-my-database ," \
    "and you have an empty database within a minute."
  touch "$STATE/trouble"
}

# Tell of trouble that goes on until the person resets the database, or the pod is stopped.
tell_trouble() {
  tell "$trouble"
  until [[ -n $stopping$resetting ]]; do
    sleep "$LOOKS" &
    wait $!
  done
  rm -f "$STATE/trouble"
}

# Take the lock on the data, which another pod may hold that still shuts down, or that has the same home.
take_lock() {
  exec {lock}> "$DATA/lock" || { trouble="The folder of the data cannot be written." && tell_trouble && return 1; }
  flock --nonblock "$lock" && return
  say "Another pod has the data: waiting for it to shut down."
  flock --timeout "$LOCK_PATIENCE" "$lock" && return
  tell "Another of your servers has the same data open. This one gets it when that is stopped."
  until flock --timeout 1 "$lock"; do [[ -z $stopping ]] || return; done
  rm -f "$STATE/trouble"
}

# Look after the disk and the person's wish, beside the server.
look_after() {
  trap - TERM INT USR1 EXIT
  while :; do
    look_at_disk
    ! wished || kill -USR1 $$
    sleep "$LOOKS"
  done
}

run() {
  trap 'stopping=yes; [[ -z $server ]] || kill -INT "$server"' TERM INT
  trap 'resetting=yes; [[ -z $server ]] || kill -INT "$server"' USR1
  trap 'rm -f "$STATE/ready"; write_last_words' EXIT
  rm -f "$STATE/ready" "$STATE/trouble"
  remove_drafts
  take_lock || return 0
  local code=0 watch=""
  until [[ -n $stopping ]]; do
    if bring_up; then
      touch "$STATE/ready"
      unnote "$NOTE_TROUBLE"
      clear_old_data
    fi
    [[ -n $watch ]] || { look_after & watch=$!; }
    if [[ -n $trouble ]]; then
      tell_trouble
    else
      [[ -z $stopping$resetting ]] || kill -INT "$server" # it came while nobody could be told
      ended
      code=$?
      [[ -n $resetting ]] || break # stopped or dead: the kubelet starts a dead one again
    fi
  done
  kill "$watch" 2> /dev/null
  [[ -n $stopping ]] && return 0
  say "PostgreSQL ended by itself, with code $code."
  return 1
}

wait_for_answer() {
  local end=$((SECONDS + PATIENCE))
  until [[ -e $STATE/ready || -e $STATE/trouble ]]; do
    ((SECONDS < end)) || { say "PostgreSQL does not answer within $PATIENCE s." && return; }
    sleep 0.05
  done
}

find_programs() {
  command -v postgres > /dev/null || PATH="$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1):$PATH"
  [[ $(postgres --version) =~ [0-9]+ ]] && version=${BASH_REMATCH[0]}
}

case ${1:-run} in
  wait) wait_for_answer ;;
  dump) find_programs && dump ;;
  run) find_programs && run ;;
  *) say "Unknown: $1" && exit 2 ;;
esac
