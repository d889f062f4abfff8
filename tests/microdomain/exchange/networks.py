"""A small network of BioNetGen with every kind of line that is read."""

TEXT = """# a comment
substanceUnits("Number");
begin parameters
    1 kf     2*base^2  # ConstantExpression
    2 base   0.5
    3 n = 10 + if(base < 1, 2, 3)
    4 half   20
end parameters
begin molecule types
    1 A(b,y~U~P)
end molecule types
begin functions
    1 total()  All + 1
    2 slow() = total/(1 + time())
end functions
begin species
    1 A(b,y~U)   n
    2 $B(a)      3
    3 A(b!1,y~P).B(a!1) rint(2.5)
    4 C()  0
end species
begin reactions
    1 1,2 3 kf #_R1
    2 1,1 4 0.5*kf #_R2
    3 4 1,1 2*kf
    4 0 1 3*base
    5 3 1 total
    6 1,1,1 4 2*slow()
    7 1,3 1,4 2*Sat kf half
    8 1,3 4,3 MM kf half
    9 1,3 3 Hill kf half n
    10 1,2 2,1 kf
end reactions
begin groups
    1 All   1,2*3,0.5*4
    2 None
end groups
"""
