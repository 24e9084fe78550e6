#ifndef CLFMProto_h
#define CLFMProto_h
#endif
