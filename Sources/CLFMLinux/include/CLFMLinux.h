#ifndef CLFMLinux_h
#define CLFMLinux_h
#include "lfm_fault.h"
#include "lfm_file.h"
#include "lfm_memory.h"
#include "lfm_socket.h"
#include "lfm_team.h"

#endif
