/* The reset code wants a main; sources whose functions are called one by one have none. */
int main(void);

__attribute__((weak)) int main(void) {
  return 0;
}
