#ifndef CRESOURCES_H
#define CRESOURCES_H

/// Makes memory that cannot be had, and threads that cannot be started for seconds, end the process with a message and
/// this exit code. Swift and C++ abort for want of memory, and Dispatch waits for a thread for ever; nothing in them can
/// answer that. Until this is called they do so.
void cairn_exit_where_resources_end(int exitCode);

/// Asks for large pages below what is allocated from now on, and that memory once used stays: short work that takes much
/// memory spends a third of its time on the first touch of its pages otherwise. A hint, which does nothing where the
/// C library or the system knows none.
void cairn_prefer_large_pages(void);

/// The process's arguments as the system gave them, its own name first. Swift reads them from /proc, which may not be
/// there; then there would be none.
int cairn_argument_count(void);
char *cairn_argument(int index);

#endif
