// What lfmd uses of libsystemd: notification, socket activation, the journal.
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
