/* A Modbus TCP device of libmodbus: many clients, 200 registers of each kind and 200 bits of each kind.
 * Arguments: port, and how many milliseconds each answer takes. Writes one line for every connection it accepts. */
#include <errno.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MANY 200

int main(int count, char **arguments)
{
    struct pollfd sockets[MANY + 1];
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    int used = 1;
    int pause = count > 2 ? atoi(arguments[2]) : 0;
    modbus_t *context = modbus_new_tcp("127.0.0.1", count > 1 ? atoi(arguments[1]) : 0);
    modbus_mapping_t *memory = modbus_mapping_new(MANY, MANY, MANY, MANY);
    int listening = context == NULL || memory == NULL ? -1 : modbus_tcp_listen(context, 50);

    if (listening == -1) {
        fprintf(stderr, "cannot listen: %s\n", modbus_strerror(errno));
        return 1;
    }
    for (int n = 0; n < MANY; n++)
        memory->tab_input_registers[n] = (uint16_t) (1000 + n);
    sockets[0] = (struct pollfd){.fd = listening, .events = POLLIN};
    printf("listening\n");
    fflush(stdout);
    while (poll(sockets, used, -1) > 0) {
        if (sockets[0].revents && used <= MANY) {
            int client = modbus_tcp_accept(context, &listening);
            if (client != -1) {
                sockets[used++] = (struct pollfd){.fd = client, .events = POLLIN};
                printf("connection\n");
                fflush(stdout);
            }
        }
        for (int n = 1; n < used; n++) {
            if (!sockets[n].revents)
                continue;
            modbus_set_socket(context, sockets[n].fd);
            int length = modbus_receive(context, query);
            if (length > 0) {
                usleep(pause * 1000);
                modbus_reply(context, query, length, memory);
            } else if (length == -1) {
                close(sockets[n].fd);
                sockets[n--] = sockets[--used];
            }
        }
    }
    return 1;
}
