# Do the unit tests notice when a core is wrong?  Changes constants and operators of the cores at random (fixed seed),
# runs the unit tests concerned against each mutant, and asks that nine of ten are noticed.
exec perl "$top/test/mutation/mutate.pl" "$top" "$work/mutation"
