#include "CLFMProto.h"
