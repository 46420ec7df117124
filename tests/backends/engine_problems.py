"""Problems for every back end: models with inputs that are easy to get wrong."""

ROBERTSON = """model robertson()
  a = 0.04; b = 3e7; c = 1e4; x = 1; y = 0; z = 0;
  x' = -a*x + c*y*z;  y' = a*x - c*y*z - b*y^2;  z' = b*y^2;
end"""
VAN_DER_POL = """model van_der_pol()
  mu = 100; x = 2; v = 0;
  x' = v;  v' = mu*(1 - x^2)*v - x;
end"""
KITCHEN_SINK = """model kitchen_sink()
  p = 1.3; q = -0.4; x = 0.7; y = 1.9; X0 = 2; u = 0.5;
  x' = 0.1*sin(3*time) - 0.2*x + u*tanh(y - x) - piecewise(0.3*x, (x > 1) && (time < 2 || y >= 1), 0.01);
  y' = cos(x)*exp(-y) - 0.3*abs(x - y)^1.5 + 0.1*max(x, y, 0.5) - min(x, y)*0.2 + x0*0;
  x0 := X0*time;
  f1 := ln(1 + x^2) + log10(2 + y) + sqrt(x^2 + 1); f2 := arctan(x/y) + arcsin(0.3*sin(x)) + arccos(0.2*cos(y));
  f3 := tan(x/5) + sinh(x) - cosh(y); f4 := floor(3*time) + ceil(y); f5 := (x > 0) + not(y > 0) + (x == x);
  f6 := (-x)^3 + x^(-9) + y^q + x^p + p^x + 2^y; f7 := x/p + y/(1 + x) + p/(1 + x) + 1/p;
  f8 := piecewise(1, x != x, piecewise(2, time >= 1.5, 3)); f9 := p*q + ln(p) + (p > q);
end"""
