#ifndef CLFMLinux_h
#define CLFMLinux_h
#endif
