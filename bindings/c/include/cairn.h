/* Cairn archives for other languages: statements and scans whose rows come by Arrow's C stream interface.
 *
 * Every function may be called from any thread; one cairn_query is for one thread at a time, except
 * cairn_query_cancel. Functions that can fail give a status, which is the exit code that the command has for the same
 * (0 ok, 2 wrong usage, 4 archive damaged, 5 I/O error or locked, 130 cancelled), and, where `error` is no null
 * pointer, a text in *error that the caller gives back to cairn_text_free. Texts are UTF-8 and end with a zero byte.
 */
#ifndef CAIRN_H
#define CAIRN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

/* One state of an archive, opened for reading: later commits do not touch it. */
typedef struct cairn_archive cairn_archive;
/* A statement that is ready to run, once. */
typedef struct cairn_query cairn_query;

/* Columns of text come as dictionaries (int32 to utf8), one for each batch. */
#define CAIRN_DICTIONARIES 1
/* Columns whose values decide on their type are text, so that the schema is known before anything is read. */
#define CAIRN_STATIC_TYPES 2
/* Names that mean nothing are errors, not warnings. */
#define CAIRN_STRICT 4

/* How a statement runs. All bytes zero, but for `size`, `since`, `until` and `limit`, is the usual way. */
typedef struct cairn_options {
  int64_t size;         /* sizeof(cairn_options) */
  int64_t since;        /* least event time, milliseconds since 1970; INT64_MIN for none */
  int64_t until;        /* first event time that is too late; INT64_MAX for none */
  int64_t limit;        /* rows after which it ends; -1 for all */
  int64_t memory_bytes; /* what each step may keep before it uses temporary files; 0 for 2 GiB */
  int64_t text_bytes;   /* bytes of text that a column of a batch has at most; 0 for 1 GiB */
  int32_t threads;      /* worker threads; 0 for as many as there are processors */
  uint32_t flags;
} cairn_options;

/* The library's version. */
const char *cairn_version(void);

/* Gives back a text. A null pointer is ignored, here and in the other functions that give back. */
void cairn_text_free(char *text);

/* Milliseconds since 1970 of an RFC 3339 time or a date. Gives 0, or 2 where the text is none. */
int32_t cairn_time(const char *text, int64_t *milliseconds);

/* Opens the newest state of the archive at `path`. `cache_bytes` of decoded parts stay in memory, 0 for 512 MiB. */
int32_t cairn_open(const char *path, int64_t cache_bytes, cairn_archive **archive, char **error);

/* The same for several archives that are read as one: an event that two of them have counts once. Each path is an
 * archive, a directory that holds nothing but archives, or a shell pattern. None of them may be missing. */
int32_t cairn_open_all(const char *const *paths, int64_t path_count, int64_t cache_bytes, cairn_archive **archive,
                       char **error);

/* Closes an archive; what was made of it goes on. */
void cairn_close(cairn_archive *archive);

/* Its rows, bytes, times and segments as a JSON object. */
char *cairn_describe(cairn_archive *archive);

/* Prepares one SQL statement (docs/query.md). Nothing is read but what names mean. */
int32_t cairn_sql(cairn_archive *archive, const char *statement, const cairn_options *options, cairn_query **query,
                  char **error);

/* The same on a part of the archive, one of cairn_scan_parts for the same times and no condition: a statement for which
 * no other events exist, wherever it names them. Who adds up what it says of all parts adds counts and sums, and takes
 * the least and the greatest; rows that only conditions choose are just put together. */
int32_t cairn_sql_part(cairn_archive *archive, const char *statement, const char *part, const cairn_options *options,
                       cairn_query **query, char **error);

/* Prepares the values at paths of the records (docs/semantics.md) that satisfy a condition; a null pointer for none.
 * Columns are named as their paths are written; `eventJson` is the whole record. Elements of arrays may stand in them:
 * `resources[1].ARN`, or `resources[].ARN` for all of them. */
int32_t cairn_scan(cairn_archive *archive, const char *const *columns, int64_t column_count, const char *condition,
                   const cairn_options *options, cairn_query **query, char **error);

/* What a value of a condition is. */
enum {
  CAIRN_TEXT = 1,    /* `text` */
  CAIRN_WHOLE = 2,   /* `whole` */
  CAIRN_DOUBLE = 3,  /* `number`, finite */
  CAIRN_BOOLEAN = 4, /* `whole`, 0 or 1 */
  CAIRN_TIME = 5     /* `whole`, microseconds since 1970 */
};

typedef struct cairn_value {
  int32_t kind;
  int64_t whole;
  double number;
  const char *text;
} cairn_value;

/* A condition as a tree of at most 32 levels; what the kinds mean is what SQL's operators of the same name mean (docs/semantics.md): where
 * a value is NULL or cannot be compared, neither the condition nor its NOT holds. */
enum {
  CAIRN_AND = 1,         /* all of `children`; without any it holds */
  CAIRN_OR = 2,          /* one of `children`; without any it does not hold */
  CAIRN_NOT = 3,         /* not its only child */
  CAIRN_EQUAL = 4,       /* the value at `path` and the only one of `values` */
  CAIRN_NOT_EQUAL = 5,
  CAIRN_LESS = 6,
  CAIRN_LESS_EQUAL = 7,
  CAIRN_GREATER = 8,
  CAIRN_GREATER_EQUAL = 9,
  CAIRN_IN = 10,         /* one of `values`; without any it does not hold */
  CAIRN_STARTS_WITH = 11, /* the text at `path` and the only one of `values`, a text */
  CAIRN_ENDS_WITH = 12,
  CAIRN_CONTAINS = 13,
  CAIRN_IS_NULL = 14,    /* `path` */
  CAIRN_IS_NOT_NULL = 15
};

typedef struct cairn_filter {
  int32_t kind;
  const char *path; /* written as columns are, nested ones too; null where the kind has none */
  const cairn_value *values;
  int64_t value_count;
  const struct cairn_filter *const *children;
  int64_t child_count;
} cairn_filter;

/* What a scan gives. All bytes zero but for `size` and the columns is all of the archive. */
typedef struct cairn_request {
  int64_t size; /* sizeof(cairn_request) */
  const char *const *columns;
  int64_t column_count;
  const char *condition;      /* SQL, or null */
  const cairn_filter *filter; /* a further condition, or null */
  const char *part;           /* one of cairn_scan_parts for the same conditions and times, or null for the whole */
} cairn_request;

/* The same as cairn_scan for a request. The request may be given up afterwards. */
int32_t cairn_scan_request(cairn_archive *archive, const cairn_request *request, const cairn_options *options,
                           cairn_query **query, char **error);

/* Divides a scan into parts, at most so many, of about as many rows each, by segments and row groups; those that hold
 * no row for sure are in none. *parts gets a line for each: its token, which any process may give to
 * cairn_scan_request, or cairn_sql_part, for an archive in the same state, a space, and the rows that may be looked at. A token holds no
 * space. `limit` and `part` must be none. */
int32_t cairn_scan_parts(cairn_archive *archive, const cairn_request *request, const cairn_options *options,
                         int64_t count, char **parts, char **error);

/* Lets the statement run and waits until its first rows or its end are there, at most so many milliseconds, -1 for
 * as long as it takes. Gives 1 where they are, 0 where not yet. */
int32_t cairn_query_wait(cairn_query *query, int64_t milliseconds);

/* The schema of the rows. Types are those that docs/python.md says; where values decide on one, the first rows are
 * read. */
int32_t cairn_query_schema(cairn_query *query, struct ArrowSchema *schema, char **error);

/* The rows, once. The stream lives on when the query or the archive are given back, and its errors have texts. To
 * release it early ends the run. */
int32_t cairn_query_stream(cairn_query *query, struct ArrowArrayStream *stream, char **error);

/* Asks the run to end soon, with status 130, or ECANCELED from its stream. From any thread. */
void cairn_query_cancel(cairn_query *query);

/* Things to know that are no errors, one a line; complete when the stream has ended. Null for none. */
char *cairn_query_warnings(cairn_query *query);

/* What was read, as a JSON object; complete when the stream has ended. */
char *cairn_query_statistics(cairn_query *query);

/* Gives back a query. */
void cairn_query_free(cairn_query *query);

/* Adds sources (files, directories, globs) to the archive at `path`, made where there is none. `summary`, where it is
 * no null pointer, gets a JSON object. `progress`, where there is one, is called about ten times a second, from another
 * thread, with the files that are done and all of them; where it gives anything but 0 the run ends with status 130. */
int32_t cairn_compact(const char *const *sources, int64_t source_count, const char *path,
                      int32_t (*progress)(int64_t done, int64_t all, void *context), void *context, char **summary,
                      char **error);

/* Writes the objects of an archive below `directory`, each compared with the SHA-256 of its original; `pattern` is a
 * shell pattern for their keys, a null pointer for all. With `gzip` they are compressed again. `summary`, where it is
 * no null pointer, gets a JSON object. */
int32_t cairn_restore(cairn_archive *archive, const char *directory, const char *pattern, int32_t gzip, char **summary,
                      char **error);

/* Schemas, arrays and streams that have been handed out and not released: 0 where release callbacks are balanced. */
int64_t cairn_live_count(void);

#ifdef __cplusplus
}
#endif

#endif /* CAIRN_H */
