/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "mk_endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static void mk_endpoint_reset(mk_endpoint *endpoint)
{
    (void)memset(endpoint, 0, sizeof *endpoint);
    endpoint->in = -1;
    endpoint->out = -1;
    endpoint->server = -1;
    endpoint->slave = -1;
    (void)signal(SIGPIPE, SIG_IGN);
}

static bool mk_endpoint_unblock(int handle)
{
    int flags = fcntl(handle, F_GETFL);
    return (flags >= 0) && (fcntl(handle, F_SETFL, flags | O_NONBLOCK) == 0);
}

static bool mk_endpoint_raw(int handle)
{
    struct termios mode;
    if (tcgetattr(handle, &mode) != 0) {
        return false;
    }
    mode.c_iflag = 0;
    mode.c_oflag = 0;
    mode.c_lflag = 0;
    mode.c_cflag = (mode.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    return tcsetattr(handle, TCSANOW, &mode) == 0;
}

bool mk_endpoint_pty(mk_endpoint *endpoint)
{
    mk_endpoint_reset(endpoint);
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if ((master < 0) || (grantpt(master) != 0) || (unlockpt(master) != 0)) {
        return false;
    }
    const char *name = ptsname(master);
    endpoint->slave = (name != NULL) ? open(name, O_RDWR | O_NOCTTY) : -1;
    if ((endpoint->slave < 0) || !mk_endpoint_raw(endpoint->slave)) {
        return false;
    }
    endpoint->in = master;
    endpoint->out = master;
    (void)snprintf(endpoint->where, sizeof endpoint->where, "%s", name);
    return mk_endpoint_unblock(master);
}

bool mk_endpoint_tcp(mk_endpoint *endpoint, uint16_t port)
{
    mk_endpoint_reset(endpoint);
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int yes = 1;
    (void)memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    endpoint->server = socket(AF_INET, SOCK_STREAM, 0);
    if (endpoint->server < 0) {
        return false;
    }
    (void)setsockopt(endpoint->server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    bool good = bind(endpoint->server, (struct sockaddr *)&address, sizeof address) == 0;
    good = good && (listen(endpoint->server, 1) == 0);
    good = good && (getsockname(endpoint->server, (struct sockaddr *)&address, &size) == 0);
    if (!good) {
        return false;
    }
    (void)snprintf(endpoint->where, sizeof endpoint->where, "127.0.0.1:%u",
                   (unsigned)ntohs(address.sin_port));
    return mk_endpoint_unblock(endpoint->server);
}

bool mk_endpoint_stdio(mk_endpoint *endpoint)
{
    mk_endpoint_reset(endpoint);
    endpoint->in = STDIN_FILENO;
    endpoint->out = STDOUT_FILENO;
    (void)snprintf(endpoint->where, sizeof endpoint->where, "standard input and output");
    return mk_endpoint_unblock(STDIN_FILENO);
}

bool mk_endpoint_connected(const mk_endpoint *endpoint)
{
    return endpoint->out >= 0;
}

static void mk_endpoint_drop(mk_endpoint *endpoint)
{
    if (endpoint->server >= 0) {
        (void)close(endpoint->in);
        endpoint->in = -1;
        endpoint->out = -1;
    }
}

static void mk_endpoint_accept(mk_endpoint *endpoint)
{
    int client = accept(endpoint->server, NULL, NULL);
    if ((client >= 0) && mk_endpoint_unblock(client)) {
        endpoint->in = client;
        endpoint->out = client;
    }
}

size_t mk_endpoint_read(mk_endpoint *endpoint, uint8_t *bytes, size_t n)
{
    if ((endpoint->in < 0) && (endpoint->server >= 0)) {
        mk_endpoint_accept(endpoint);
    }
    if (endpoint->in < 0) {
        return 0;
    }
    ssize_t got = read(endpoint->in, bytes, n);
    bool nothing = (got < 0) && ((errno == EAGAIN) || (errno == EINTR));
    if ((got <= 0) && !nothing) {
        mk_endpoint_drop(endpoint);
    }
    return (got > 0) ? (size_t)got : 0u;
}

void mk_endpoint_write(mk_endpoint *endpoint, const uint8_t *bytes, size_t n)
{
    if ((endpoint->out >= 0) && (write(endpoint->out, bytes, n) < 0) && (errno != EAGAIN)) {
        mk_endpoint_drop(endpoint);
    }
}
