/*
 * Stops a mounted file system as a power cut would (FS_IOC_SHUTDOWN of ext4, xfs and btrfs; what is in
 * its log and not on the disk is not written): shut-down-fs FOLDER MARKS. Takes root.
 *
 * Says how long the file of marks was just before: a sync that is under way when ext4 is shut down may
 * return success although its transaction was dropped (seen on Linux 6.18), which no power cut does.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define FS_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define WITHOUT_LOG_FLUSH 2

int main(int count, char **arguments) {
  uint32_t how = WITHOUT_LOG_FLUSH;
  struct stat marks;
  int folder = count == 3 ? open(arguments[1], O_RDONLY) : -1;
  if (folder < 0 || stat(arguments[2], &marks) != 0 || ioctl(folder, FS_IOC_SHUTDOWN, &how) != 0) {
    perror("shut-down-fs");
    return 1;
  }
  printf("%lld\n", (long long)marks.st_size);
  return 0;
}
