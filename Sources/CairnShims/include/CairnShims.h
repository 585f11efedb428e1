#ifndef CAIRN_SHIMS_H
#define CAIRN_SHIMS_H
#include <stdint.h>
#include <stddef.h>
#endif
