/* Linked to what the library is linked to, and does nothing. */
int main(void)
{
    return 0;
}
