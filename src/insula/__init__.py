"""An in-silico clinic for cell therapy of diabetes and autoimmune disease."""
