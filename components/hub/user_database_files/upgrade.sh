# shellcheck shell=bash
# From one major version of PostgreSQL to another, for start.sh: the old one writes its data down, the new one reads it.
#
# Until all is read, the old data stays where it is, and each start tries again.

# Write down what the cluster holds, if it is of this version. A failure is kept for the new version to tell.
dump() {
  local place
  trap 'kill -INT $server 2> /dev/null; exit 1' TERM INT
  exec {lock}> "$DATA/lock" && flock --timeout "$LOCK_PATIENCE" "$lock" || return 0
  place=$(cluster)
  [[ -n $place && $(< "$place/PG_VERSION") == "$version" && ! -d $DATA/pgdata.restored ]] || return 0
  rm -rf "$DATA/upgrade"
  say "Writing down what PostgreSQL $version holds."
  if write_down "$place" 2> "$DATA/upgrade.failed"; then
    rm -f "$DATA/upgrade.failed"
  else
    cat "$DATA/upgrade.failed" >&2
    say "What PostgreSQL $version holds cannot be written down; it stays as it is."
  fi
  shut_down
  return 0
}

write_down() {
  local place=$1 draft=$DATA/upgrade.draft SOCKET=$STATE/upgrade database databases
  rm -rf "$draft"
  mkdir -p "$draft" "$SOCKET" && launch "$place" "$SOCKET" && answers "$place" || return
  pg_dumpall --username="$OWNER" --host="$SOCKET" --database=template1 --globals-only > "$draft/globals.sql" || return
  databases=$(sql -d template1 -c "SELECT oid FROM pg_database WHERE datallowconn AND NOT datistemplate") || return
  for database in $databases; do
    # Its locale may be unknown to the new version's image, so it is not carried over; names may hold anything.
    sql -d template1 > "$draft/$database.sql" -c "
      SELECT format('DROP DATABASE IF EXISTS %1\$I;' || chr(10) || 'CREATE DATABASE %1\$I TEMPLATE template0 OWNER %2\$I'
        || ' ENCODING %3\$L%4\$s;', datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding),
        CASE WHEN pg_encoding_to_char(encoding) = 'UTF8' THEN '' ELSE ' LC_COLLATE ''C'' LC_CTYPE ''C''' END)
      FROM pg_database WHERE oid = $database" \
      && sql -d template1 > "$draft/$database.name" -c "
        SELECT replace(replace(datname, E'\\\\', E'\\\\\\\\'), '''', E'\\\\''') FROM pg_database WHERE oid = $database" \
      && pg_dump --username="$OWNER" --host="$SOCKET" --dbname="dbname='$(< "$draft/$database.name")'" \
        --format=custom --file="$draft/$database.dump" || return
  done
  sync --file-system "$draft" && mv -T "$draft" "$DATA/upgrade"
}

# Read what was written down into a new cluster.
restore() {
  local had=$1
  say "Reading what PostgreSQL $had held into PostgreSQL $version."
  if initialise && read_in "$DATA/pgdata.new" 2> "$STATE/restore"; then
    shut_down
    sync --file-system "$DATA/pgdata.new" && mv -T "$DATA/pgdata.new" "$DATA/pgdata.restored" && finish_upgrade
    note "$NOTE_UPGRADE" "Your database was carried over from PostgreSQL $had to PostgreSQL $version on $(date --utc +%F)."
    return
  fi
  shut_down
  cat "$STATE/restore" >&2
  trouble=${trouble:-"Your data could not be carried over from PostgreSQL $had to $version: $(tail -n 3 "$STATE/restore")"}
  return 1
}

read_in() {
  local place=$1 SOCKET=$STATE/upgrade file
  tune "$place"
  mkdir -p "$SOCKET" && launch "$place" "$SOCKET" && answers "$place" || return
  # Of these one line fails, as the owner is there already.
  sql -d template1 -v ON_ERROR_STOP=0 --file="$DATA/upgrade/globals.sql" 2>&1 | grep -v "role \"$OWNER\" already exists" >&2
  for file in "$DATA"/upgrade/*.dump; do
    sql -d template1 --file="${file%.dump}.sql" \
      && pg_restore --username="$OWNER" --host="$SOCKET" --dbname="dbname='$(< "${file%.dump}.name")'" --exit-on-error "$file" \
      || return
  done
  vacuumdb --username="$OWNER" --host="$SOCKET" --maintenance-db=template1 --all --analyze-only --quiet
  return 0
}

# Let the new cluster take the old one's place. Both renames are begun again by the next start if this ends between them.
finish_upgrade() {
  [[ -d $DATA/pgdata.restored ]] || return 0
  local place
  place=$(cluster)
  [[ -z $place ]] || put_aside "$place" before-upgrade
  mv -T "$DATA/pgdata.restored" "$DATA/pgdata" && touch "$DATA/before-upgrade" && rm -rf "$DATA/upgrade"
}

# Remove what an upgrade replaced, when nobody has missed anything for a while.
clear_old_data() {
  find "$DATA" -maxdepth 1 -name before-upgrade -mtime "+$OLD_DATA_DAYS" -exec rm -rf {} +
}
