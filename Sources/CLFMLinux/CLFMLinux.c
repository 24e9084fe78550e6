#include "CLFMLinux.h"
