/* Callers that mean no good, or go away: hostile filter trees, tokens, SQL and options, threads that cancel, streams
 * that are released early. `hostile DIRECTORY SEED ROUNDS` makes two archives in an empty directory: nothing may crash,
 * and what was handed out must balance. Under valgrind nothing may leak either. */
#include "cairn.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t state;

static uint64_t next(void) {
  state += 0x9E3779B97F4A7C15u;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static int below(int count) { return (int)(next() % (uint64_t)count); }

static const char *const paths[] = {
    "eventTime", "eventName", "userIdentity.arn", "requestParameters", "eventJson", "readOnly", "sourceIPAddress",
    "resources[1].ARN", "a.b.c", "\"odd key\"", "", "1 = 1", "eventName -- x", "eventName /*", "eventName) OR (TRUE",
    "(SELECT 1)", "eventName; DROP", "\xff\xfe", "resources[]", "x['", "count(*)"};
static const char *const texts[] = {
    "", "AssumeRole", "%", "_", "\\", "'", "''; --", "2025-01-01", "2025-01-01T00:00:00Z", "\xff", "\xc3\xa9", "a%b_c\\",
    "true", "1e400", "\xf0\x9f\x98\x80", "\n"};
static const char *const statements[] = {
    "SELECT eventName, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC",
    "SELECT * FROM events LIMIT 3",
    "SELECT eventTime, lag(eventTime) OVER (ORDER BY eventTime) FROM events",
    "SELECT sum(length(eventJson)), avg(1.5) FROM events",
    "SELECT a.eventName FROM events a JOIN events b ON a.eventName = b.eventName",
    "EXPLAIN ANALYZE SELECT count(*) FROM events",
    "SHOW COLUMNS FROM events",
    "SELECT CAST(eventTime AS timestamp), CAST('1' AS decimal(38,10)), DATE '2025-01-01', ARRAY[1,2], 1/0",
    "PREPARE x FROM SELECT 1",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT * FROM t",
    ""};

#define PICK(list) (list)[below((int)(sizeof(list) / sizeof *(list)))]

/* A few nodes are enough; what is not filled stays zero, which is a fault too. */
#define NODES 40
static cairn_filter nodes[NODES];
static const cairn_filter *children[NODES][4];
static cairn_value values[NODES][4];

static const cairn_filter *tree(int depth, int *used) {
  if (*used >= NODES) return NULL;
  int at = (*used)++;
  cairn_filter *node = &nodes[at];
  memset(node, 0, sizeof *node);
  node->kind = depth > 6 ? 4 + below(12) : below(24) == 0 ? below(100) - 50 : 1 + below(15);
  node->path = below(30) ? PICK(paths) : NULL;
  node->value_count = below(20) ? below(4) : -1;
  if (node->kind >= 4 && node->kind != 10 && below(10)) node->value_count = 1;
  for (int i = 0; i < 4; i++) {
    cairn_value *value = &values[at][i];
    value->kind = below(20) ? 1 + below(5) : below(100);
    value->whole = below(2) ? (int64_t)next() : below(2) ? INT64_MIN : below(3);
    value->number = below(3) ? (double)below(1000) / 7 : below(2) ? 1e308 * 10 : -0.0;
    value->text = below(30) ? PICK(texts) : NULL;
  }
  node->values = below(40) ? values[at] : NULL;
  node->child_count = node->kind <= 3 ? (node->kind == 3 ? 1 : below(4)) : 0;
  for (int i = 0; i < 4; i++) children[at][i] = i < node->child_count ? tree(depth + 1, used) : NULL;
  node->children = below(40) ? children[at] : NULL;
  return node;
}

static void *cancel(void *query) {
  usleep((useconds_t)(next() % 2000));
  cairn_query_cancel(query);
  return NULL;
}

static long rows_of(cairn_query *query, int cancels, int mayStop) {
  long rows = 0;
  pthread_t thread;
  int runs = cancels && pthread_create(&thread, NULL, cancel, query) == 0;
  struct ArrowSchema schema;
  char *error = NULL;
  if (below(2)) {
    if (cairn_query_schema(query, &schema, &error) == 0) schema.release(&schema);
    cairn_text_free(error);
  }
  if (below(2)) cairn_query_wait(query, below(3) - 1);
  struct ArrowArrayStream stream;
  if (cairn_query_stream(query, &stream, &error) == 0) {
    for (;;) {
      struct ArrowArray array;
      if (stream.get_next(&stream, &array)) {
        (void)stream.get_last_error(&stream);
        rows = -1;
        break;
      }
      if (!array.release) break;
      rows += array.length;
      if (mayStop && below(4) == 0) {
        array.release(&array);
        rows = -1;
        break;
      }
      array.release(&array);
    }
    if (cairn_query_stream(query, &stream, NULL) == 0) abort();
    stream.release(&stream);
  } else {
    cairn_text_free(error);
  }
  if (runs) pthread_join(thread, NULL);
  cairn_text_free(cairn_query_warnings(query));
  cairn_text_free(cairn_query_statistics(query));
  cairn_query_free(query);
  return rows;
}

static cairn_options options(void) {
  cairn_options made = {sizeof made, INT64_MIN, INT64_MAX, -1, 0, 0, 2, 0};
  if (below(4) == 0) made.since = below(2) ? (int64_t)next() : 1735689600000;
  if (below(4) == 0) made.until = below(2) ? (int64_t)next() : 1736689600000;
  if (below(4) == 0) made.limit = below(2) ? (int64_t)next() : below(100);
  if (below(8) == 0) made.memory_bytes = below(2) ? (int64_t)next() : 1 << 20;
  if (below(8) == 0) made.text_bytes = below(2) ? (int64_t)next() : 100;
  if (below(8) == 0) made.threads = below(2) ? (int32_t)next() % 64 : 1;
  if (below(2)) made.flags = (uint32_t)below(8);
  if (below(50) == 0) made.size = below(100);
  return made;
}

/* A scan in parts has the rows of the whole; a token that was touched is refused. Without a condition, its parts are also
 * those of a statement. */
static void parts_of(cairn_archive *archive) {
  const char *columns[] = {"eventID"};
  cairn_options plain = {sizeof plain, INT64_MIN, INT64_MAX, -1, 0, 0, 2, 0};
  cairn_request request = {sizeof request, columns, 1, NULL, NULL, NULL};
  if (below(2)) request.condition = "errorCode IS NOT NULL";
  cairn_query *query;
  char *list = NULL, *error = NULL;
  if (cairn_scan_request(archive, &request, &plain, &query, &error)) abort();
  long whole = rows_of(query, 0, 0);
  if (cairn_scan_parts(archive, &request, &plain, 1 + below(9), &list, &error)) abort();
  long sum = 0;
  for (char *line = list; *line;) {
    char *end = strchr(line, ' ');
    *end = 0;
    request.part = line;
    if (cairn_scan_request(archive, &request, &plain, &query, &error)) abort();
    long part = rows_of(query, 0, 0);
    sum += part;
    const char *statement = "SELECT eventID, count(*) AS n FROM events GROUP BY 1";
    int status = cairn_sql_part(archive, statement, line, &plain, &query, &error);
    if (request.condition ? status != 2 : status != 0 || rows_of(query, 0, 0) != part) abort();
    cairn_text_free(error);
    error = NULL;
    if (*line) {
      char *touched = strdup(line);
      touched[below((int)strlen(touched))] ^= (char)(1 << below(7));
      request.part = touched;
      if (cairn_scan_request(archive, &request, &plain, &query, &error) == 0) {
        fprintf(stderr, "taken: %s\n", touched);
        abort();
      }
      cairn_text_free(error);
      error = NULL;
      touched[below((int)strlen(line))] = 0;
      if (cairn_scan_request(archive, &request, &plain, &query, &error) == 0) abort();
      cairn_text_free(error);
      error = NULL;
      free(touched);
    }
    line = strchr(end + 1, '\n') + 1;
  }
  cairn_text_free(list);
  if (sum != whole) {
    fprintf(stderr, "%ld rows in parts, %ld in all\n", sum, whole);
    abort();
  }
}

/* Two archives that have some events in common. */
static void make(const char *directory, int number) {
  char source[4096], target[4096], *error = NULL;
  snprintf(source, sizeof source, "%s/%d.json", directory, number);
  snprintf(target, sizeof target, "%s/%d", directory, number);
  FILE *file = fopen(source, "w");
  if (!file) abort();
  for (int n = number * 150; n < number * 150 + 200; n++) {
    fprintf(file,
            "{\"eventTime\":\"2025-01-%02dT00:%02d:00Z\",\"eventName\":\"Call%d\",\"eventID\":\"id-%d\",\"odd key\":%d,"
            "\"readOnly\":%s,\"sourceIPAddress\":\"10.0.0.%d\",\"userIdentity\":{\"arn\":\"arn:\\u00e9-%d\"}%s,"
            "\"resources\":[{\"ARN\":\"r%d\"}],\"requestParameters\":{\"a\":[1,{\"b\":null}]}}\n",
            1 + n % 28, n % 60, n % 7, n, n, n % 2 ? "true" : "false", n % 250, n % 11,
            n % 10 ? "" : ",\"errorCode\":\"AccessDenied\"", n);
  }
  fclose(file);
  const char *sources[] = {source};
  if (cairn_compact(sources, 1, target, NULL, NULL, NULL, &error)) {
    fprintf(stderr, "%s\n", error);
    abort();
  }
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  state = strtoull(arguments[2], NULL, 10);
  int rounds = atoi(arguments[3]);
  for (int number = 0; number < 2; number++) make(arguments[1], number);
  const char *archives[] = {arguments[1]};
  cairn_archive *archive;
  char *error = NULL;
  if (cairn_open_all(archives, 1, 0, &archive, &error)) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  int prepared = 0;
  for (int round = 0; round < rounds; round++) {
    cairn_options given = options();
    cairn_query *query = NULL;
    int status;
    switch (below(4)) {
    case 0: {
      char text[400];
      snprintf(text, sizeof text, "%s", PICK(statements));
      size_t length = strlen(text);
      if (length && below(2)) text[below((int)length)] = (char)(1 + below(255));
      status = cairn_sql(archive, text, &given, &query, &error);
      break;
    }
    case 1: parts_of(archive); continue;
    default: {
      const char *columns[4];
      int used = 0;
      cairn_request request = {sizeof request, columns, below(5), NULL, NULL, NULL};
      for (int i = 0; i < 4; i++) columns[i] = below(4) ? paths[below(7)] : below(9) ? PICK(paths) : NULL;
      if (below(3)) request.filter = tree(0, &used);
      if (below(4) == 0) request.condition = PICK(paths);
      if (below(10) == 0) request.part = PICK(texts);
      if (below(50) == 0) request.size = below(200);
      if (below(5)) {
        status = cairn_scan_request(archive, &request, &given, &query, &error);
      } else {
        char *list = NULL;
        status = cairn_scan_parts(archive, &request, &given, below(2) ? below(5) - 1 : (int64_t)next(), &list, &error);
        cairn_text_free(list);
      }
    }
    }
    if (status && !error) abort();
    cairn_text_free(error);
    error = NULL;
    if (query) {
      prepared++;
      rows_of(query, below(4) == 0, below(4) == 0);
    }
  }
  cairn_close(archive);
  /* Runs that were released early end on threads of their own. */
  for (int i = 0; i < 200 && cairn_live_count(); i++) usleep(10000);
  printf("%d rounds, %d statements ran, %lld not released\n", rounds, prepared, (long long)cairn_live_count());
  return cairn_live_count() != 0;
}
