"""Models in the Systems Biology Markup Language (Hucka et al. 2019, doi:10.1515/jib-2019-0021), in and out."""
