#ifndef CRESOURCES_H
#define CRESOURCES_H

/// Makes memory that cannot be had, and threads that cannot be started for seconds, end the process with a message and
/// this exit code. Swift and C++ abort for want of memory, and Dispatch waits for a thread for ever; nothing in them can
/// answer that. Until this is called they do so.
void cairn_exit_where_resources_end(int exitCode);

#endif
