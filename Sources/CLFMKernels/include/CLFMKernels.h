#ifndef CLFMKernels_h
#define CLFMKernels_h
#endif
